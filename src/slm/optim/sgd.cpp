#include "slm/optim/sgd.h"

#include "slm/kernels/sgd.h"

namespace slm::optim {

Sgd::Sgd(Parameters parameters, const SgdOptions& options) : options_(options) {
  for (nn::Parameter* parameter : parameters) {
    const Tensor& master = parameter->master;
    Tensor buffer;
    if (options.momentum != 0) buffer = Tensor::zeros(master.shape(), master.dtype(), master.device());
    slots_.push_back({parameter, buffer});
  }
}

std::vector<StateTensor> Sgd::state() const {
  std::vector<StateTensor> tensors;
  for (const Slot& slot : slots_) {
    if (slot.momentum_buffer) tensors.push_back({slot.parameter->name + ".momentum_buffer", slot.momentum_buffer});
  }
  return tensors;
}

void Sgd::update(const Step& step) {
  for (const Slot& slot : slots_) {
    const Tensor grad = slot.parameter->variable.grad();
    if (!grad) continue;
    const Tensor& master = slot.parameter->master;
    kernels::sgd(master.device(), master.dtype(),
                 {.g = grad.view(),
                  .b = slot.momentum_buffer ? slot.momentum_buffer.view() : kernels::View{},
                  .p = master.view(),
                  .copy = compute_copy(*slot.parameter),
                  .gradient_scale = step.gradient_scale,
                  .learning_rate = step.learning_rate,
                  .momentum = options_.momentum,
                  .weight_decay = slot.parameter->has_weight_decay ? options_.weight_decay : 0.0,
                  .is_nesterov = options_.is_nesterov});
  }
}

}  // namespace slm::optim
