#pragma once

#include "slm/optim/optimizer.h"

namespace slm::optim {

struct SgdOptions {
  double momentum = 0.9;      // 0: none, and no state
  bool is_nesterov = false;   // look ahead along the momentum; needs momentum
  double weight_decay = 0.0;  // added to the gradient as weight_decay * parameter; not for norms and biases
};

// Stochastic gradient descent, step for step torch.optim.SGD. State: momentum_buffer of each parameter.
class Sgd : public Optimizer {
 public:
  Sgd(Parameters parameters, const SgdOptions& options);
  std::vector<StateTensor> state() const override;

 private:
  struct Slot {
    nn::Parameter* parameter;
    Tensor momentum_buffer;  // absent without momentum
  };
  void update(const Step& step) override;

  SgdOptions options_;
  std::vector<Slot> slots_;
};

}  // namespace slm::optim
