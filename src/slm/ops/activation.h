#pragma once

#include "slm/autograd/variable.h"
#include "slm/kernels/activation.h"

namespace slm::ops {

using kernels::Activation;

// f(x), elementwise. Any shape; x itself for Activation::kNone.
Variable activation(const Variable& x, Activation f);

}  // namespace slm::ops
