#pragma once

#include "slm/optim/optimizer.h"

namespace slm::optim {

struct AdamWOptions {
  double beta1 = 0.9;          // decay of the first moment, in [0, 1)
  double beta2 = 0.999;        // decay of the second moment, in [0, 1)
  double eps = 1e-8;           // added to the root of the second moment
  double weight_decay = 0.01;  // decoupled: each step multiplies by 1 - learning_rate * weight_decay; not norms, biases
};

// Adam with decoupled weight decay, step for step torch.optim.AdamW. State: exp_avg and exp_avg_sq of each parameter.
class AdamW : public Optimizer {
 public:
  AdamW(Parameters parameters, const AdamWOptions& options);
  std::vector<StateTensor> state() const override;

 private:
  struct Slot {
    nn::Parameter* parameter;
    Tensor exp_avg;
    Tensor exp_avg_sq;
  };
  void update(const Step& step) override;

  AdamWOptions options_;
  std::vector<Slot> slots_;
};

}  // namespace slm::optim
