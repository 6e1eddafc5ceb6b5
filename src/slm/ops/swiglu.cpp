#include "slm/ops/swiglu.h"

#include <fmt/format.h>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/swiglu.h"

namespace slm::ops {

// y = silu(gate) * up      x: (R, 2F) = [gate | up]   y: (R, F)
Variable swiglu(const Variable& x) {
  const int64_t width = x.shape().back();
  if (width % 2 != 0) {
    throw ShapeError(
        fmt::format("[swiglu] got rows of {} elements, expected an even number: a gate and an up half; x is {}", width,
                    to_string(x.shape())));
  }
  Shape shape;
  for (int i = 0; i + 1 < x.shape().rank(); ++i) shape.push_back(x.shape()[i]);
  shape.push_back(width / 2);
  const Tensor y = Tensor::empty(shape, x.dtype(), x.device());
  kernels::swiglu_forward(x.device(), x.dtype(), {x.view(), y.view()});
  return record("swiglu", y, {x}, [x](Tensor& dy, Gradients& grads) {
    // dgate = dy * up * silu'(gate)      dup = dy * silu(gate)
    kernels::swiglu_backward(x.device(), x.dtype(), {dy.view(), x.view(), grads.of(x)});
  });
}

}  // namespace slm::ops
