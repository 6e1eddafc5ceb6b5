#pragma once

#include "slm/autograd/variable.h"
#include "slm/ops/norm_with_residual.h"

namespace slm::ops {

// Layer normalization (Ba, Kiros and Hinton, arXiv:1607.06450) of each row.
//   x: (..., D)   w, b: (D), fp32 where x is bf16, else of x's dtype; b may be absent   -> (..., D)
Variable layer_norm(const Variable& x, const Variable& w, const Variable& b, double eps);

// The residual addition and the norm after it in one pass. x and residual have one shape.
NormWithResidual layer_norm_residual(const Variable& x, const Variable& residual, const Variable& w, const Variable& b,
                                     double eps);

}  // namespace slm::ops
