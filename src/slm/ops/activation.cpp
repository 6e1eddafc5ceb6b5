#include "slm/ops/activation.h"

#include "slm/autograd/tape.h"

namespace slm::ops {

// y = f(x)
Variable activation(const Variable& x, Activation f) {
  if (f == Activation::kNone) return x;
  const Tensor y = empty_like(x.value());
  kernels::activation_forward(x.device(), x.dtype(), {f, x.view(), y.view()});
  return record("activation", y, {x}, [x, f](Tensor& dy, Gradients& grads) {
    // dx = dy * f'(x)
    kernels::activation_backward(x.device(), x.dtype(), {f, dy.view(), x.view(), grads.of(x)});
  });
}

}  // namespace slm::ops
