#pragma once

#include "slm/autograd/variable.h"
#include "slm/ops/norm_with_residual.h"

namespace slm::ops {

// Root mean square layer normalization (Zhang and Sennrich, arXiv:1910.07467) of each row.
//   x: (..., D)   w: (D), fp32 where x is bf16, else of x's dtype   -> (..., D)
Variable rms_norm(const Variable& x, const Variable& w, double eps);

// The residual addition and the norm after it in one pass. x and residual have one shape.
NormWithResidual rms_norm_residual(const Variable& x, const Variable& residual, const Variable& w, double eps);

}  // namespace slm::ops
