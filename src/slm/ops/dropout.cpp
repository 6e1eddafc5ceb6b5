#include "slm/ops/dropout.h"

#include <fmt/format.h>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/dropout.h"

namespace slm::ops {

// y = x * mask / (1 - p)      x, y: (R, D); the mask is made anew from the stream in either pass
Variable dropout(const Variable& x, const DropoutOptions& options) {
  if (!(options.p >= 0 && options.p < 1)) {
    throw UsageError(fmt::format("[dropout] p is {}, expected at least 0 and less than 1", options.p));
  }
  if (options.p == 0) return x;
  const int64_t first = options.row_offset * x.shape().back();
  const Tensor y = empty_like(x.value());
  kernels::dropout(x.device(), x.dtype(), {x.view(), {y.view(), false}, options.p, options.random, first});
  return record("dropout", y, {x}, [x = x.node(), options, first](Tensor& dy, Gradients& grads) {
    // dx = dy * mask / (1 - p)
    kernels::dropout(dy.device(), dy.dtype(), {dy.view(), grads.of(x), options.p, options.random, first});
  });
}

}  // namespace slm::ops
