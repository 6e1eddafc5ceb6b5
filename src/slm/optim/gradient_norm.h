#pragma once

#include "slm/optim/optimizer.h"

namespace slm::optim {

struct GradientNorm {
  double value = 0;                           // Euclidean, over all gradients together
  const nn::Parameter* non_finite = nullptr;  // the first parameter whose gradient has an infinite or NaN element
};

// The same bits for any number of threads.
GradientNorm gradient_norm(Parameters parameters);

// What Optimizer::Step::gradient_scale must be so that the norm is at most `max_norm`: min(1, max_norm / (norm +
// 1e-6)), as torch.nn.utils.clip_grad_norm_. A max_norm of 0 means no clipping.
double clip_scale(double norm, double max_norm);

}  // namespace slm::optim
