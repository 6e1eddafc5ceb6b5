#include "slm/optim/adamw.h"

#include "slm/kernels/adamw.h"

namespace slm::optim {

AdamW::AdamW(Parameters parameters, const AdamWOptions& options) : options_(options) {
  for (nn::Parameter* parameter : parameters) {
    const Tensor& master = parameter->master;
    slots_.push_back({parameter, Tensor::zeros(master.shape(), master.dtype(), master.device()),
                      Tensor::zeros(master.shape(), master.dtype(), master.device())});
  }
}

std::vector<StateTensor> AdamW::state() const {
  std::vector<StateTensor> tensors;
  for (const Slot& slot : slots_) {
    tensors.push_back({slot.parameter->name + ".exp_avg", slot.exp_avg});
    tensors.push_back({slot.parameter->name + ".exp_avg_sq", slot.exp_avg_sq});
  }
  return tensors;
}

void AdamW::update(const Step& step) {
  for (const Slot& slot : slots_) {
    const Tensor grad = slot.parameter->variable.grad();
    if (!grad) continue;
    const Tensor& master = slot.parameter->master;
    kernels::adamw(master.device(), master.dtype(),
                   {.g = grad.view(),
                    .m = slot.exp_avg.view(),
                    .v = slot.exp_avg_sq.view(),
                    .p = master.view(),
                    .copy = compute_copy(*slot.parameter),
                    .gradient_scale = step.gradient_scale,
                    .learning_rate = step.learning_rate,
                    .beta1 = options_.beta1,
                    .beta2 = options_.beta2,
                    .eps = options_.eps,
                    .weight_decay = slot.parameter->has_weight_decay ? options_.weight_decay : 0.0,
                    .step = num_steps()});
  }
}

}  // namespace slm::optim
