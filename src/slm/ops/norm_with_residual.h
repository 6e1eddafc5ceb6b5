#pragma once

#include "slm/autograd/variable.h"

namespace slm::ops {

// What a residual addition with the norm after it gives.
struct NormWithResidual {
  Variable sum;         // x + residual: goes on as the residual stream
  Variable normalized;  // its norm
};

}  // namespace slm::ops
