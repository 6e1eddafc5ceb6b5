#pragma once

#include "slm/autograd/variable.h"
#include "slm/core/philox.h"

namespace slm::ops {

struct DropoutOptions {
  double p = 0;            // the probability with which an element is zeroed; the others grow by 1 / (1 - p)
  RandomStream random{};   // one stream for each place in the model where elements are dropped
  int64_t row_offset = 0;  // the place of row 0 in the whole batch: the result does not depend on how that is cut
};

// x with elements dropped (Srivastava et al., 2014); x itself where p is 0.   x: (..., D)   -> (..., D)
Variable dropout(const Variable& x, const DropoutOptions& options);

}  // namespace slm::ops
