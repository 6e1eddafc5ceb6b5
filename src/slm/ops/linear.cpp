#include "slm/ops/linear.h"

#include "slm/autograd/tape.h"
#include "slm/kernels/column_sum.h"
#include "slm/kernels/matmul.h"

namespace slm::ops {
namespace {

using kernels::Activation;

// x as (R, K)
Tensor as_rows(const Tensor& x) { return x.reshape({x.num_rows(), x.shape().back()}); }

kernels::View as_rows(const kernels::View& view) {
  return {view.data, view.dtype, {view.num_rows(), view.shape.back()}};
}

// The activation's derivative as a function of its result is cheaper to keep for ReLU: no second tensor.
bool is_fused(Activation activation) { return activation == Activation::kRelu; }

}  // namespace

// z = x w^T + b, y = activation(z)      x: (R, K)   w: (N, K)   z, y: (R, N)
Variable linear(const Variable& x, const Variable& w, const Variable& b, Activation activation) {
  const int64_t out = w.shape()[0], in = x.shape().back();
  check_shape("linear", "weight", w.shape(), {out, in});
  if (b) check_shape("linear", "bias", b.shape(), {out});
  Shape shape;
  for (int i = 0; i + 1 < x.shape().rank(); ++i) shape.push_back(x.shape()[i]);
  shape.push_back(out);
  const Tensor z = Tensor::empty(shape, x.dtype(), x.device());
  kernels::matmul(x.device(), x.dtype(),
                  {.a = as_rows(x.value()).view(),
                   .b = w.view(),
                   .bias = b.view(),
                   .c = as_rows(z).view(),
                   .is_b_transposed = true,
                   .has_relu = is_fused(activation)});
  Tensor y = z;
  if (activation != Activation::kNone && !is_fused(activation)) {
    y = empty_like(z);
    kernels::activation_forward(z.device(), z.dtype(), {activation, z.view(), y.view()});
  }
  const Tensor kept_z = activation == Activation::kNone ? Tensor() : z;
  return record("linear", y, {x, w, b}, [x, w, b = b.node(), z = kept_z, activation](Tensor& dy, Gradients& grads) {
    // dz = dy * activation'(z)      dx = dz w      dw += dz^T x      db += sum over rows of dz
    Tensor dz = dy;
    if (activation != Activation::kNone) {
      if (dy.shares_storage()) dz = empty_like(dy);
      kernels::activation_backward(dy.device(), dy.dtype(), {activation, dy.view(), z.view(), {dz.view(), false}});
    }
    const kernels::View dz_rows = as_rows(dz.view());
    if (const kernels::GradView dx = grads.of(x)) {
      kernels::matmul(dz.device(), dz.dtype(),
                      {.a = dz_rows, .b = w.view(), .bias = {}, .c = as_rows(dx.view), .accumulate = dx.accumulate});
    }
    if (const kernels::GradView dw = grads.of(w)) {
      kernels::matmul(dz.device(), dz.dtype(),
                      {.a = dz_rows,
                       .b = as_rows(x.value()).view(),
                       .bias = {},
                       .c = dw.view,
                       .is_a_transposed = true,
                       .accumulate = dw.accumulate});
    }
    if (const kernels::GradView db = grads.of(b)) {
      kernels::column_sum(dz.device(), dz.dtype(), {dz_rows, db});
    }
  });
}

}  // namespace slm::ops
