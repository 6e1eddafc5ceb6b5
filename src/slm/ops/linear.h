#pragma once

#include "slm/autograd/variable.h"
#include "slm/kernels/activation.h"

namespace slm::ops {

// activation(x w^T + b).
//   x: (..., K)   w: (N, K) of the same dtype   b: (N), fp32 where x is bf16, else of its dtype, or absent   -> (...,
//   N)
Variable linear(const Variable& x, const Variable& w, const Variable& b,
                kernels::Activation activation = kernels::Activation::kNone);

}  // namespace slm::ops
