#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// One step of Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101), as torch.optim.AdamW rounds
// it:
//   g' = gradient_scale * g                 p  = p * (1 - learning_rate * weight_decay)
//   m += (1 - beta1) * (g' - m)             v  = beta2 * v + (1 - beta2) * g'^2
//   p -= learning_rate / (1 - beta1^step) * m / (sqrt(v) / sqrt(1 - beta2^step) + eps)
// All of one dtype, fp32 or fp64; `copy` receives the new p rounded to bf16. One pass: in fp32 16 bytes read and 12
// written per element, 14 with the copy.
struct AdamWArgs {
  ConstView g;  // the gradient; all views have its shape
  View m;       // first moment
  View v;       // second moment
  View p;       // the parameter
  View copy;    // bf16, or absent
  double gradient_scale;
  double learning_rate;
  double beta1;
  double beta2;
  double eps;
  double weight_decay;
  int64_t step;  // from 1
};

inline KernelSlot<AdamWArgs> adamw{"adamw"};

}  // namespace slm::kernels
