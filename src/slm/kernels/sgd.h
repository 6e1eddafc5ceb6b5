#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// One step of stochastic gradient descent, as torch.optim.SGD defines it (dampening 0):
//   g' = gradient_scale * g + weight_decay * p
//   b  = momentum * b + g'                   u = g' + momentum * b with Nesterov's variant, b without
//   p -= learning_rate * u                   (u = g' where there is no momentum)
// All of one dtype, fp32 or fp64; `copy` receives the new p rounded to bf16. One pass: in fp32 12 bytes read and 8
// written per element with momentum.
struct SgdArgs {
  ConstView g;  // the gradient; all views have its shape
  View b;       // momentum buffer, zero at first; absent: no momentum
  View p;       // the parameter
  View copy;    // bf16, or absent
  double gradient_scale;
  double learning_rate;
  double momentum;
  double weight_decay;
  bool is_nesterov;
};

inline KernelSlot<SgdArgs> sgd{"sgd"};

}  // namespace slm::kernels
