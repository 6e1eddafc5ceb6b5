#pragma once

#include "slm/autograd/variable.h"

namespace slm::ops {

// silu(gate) * up of rows that hold [gate | up] (Shazeer, arXiv:2002.05202).   x: (..., 2F)   -> (..., F)
Variable swiglu(const Variable& x);

}  // namespace slm::ops
