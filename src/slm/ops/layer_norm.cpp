#include "slm/ops/layer_norm.h"

#include "slm/autograd/tape.h"
#include "slm/kernels/layer_norm.h"
#include "slm/ops/norm_statistics.h"

namespace slm::ops {
namespace {

void check(const Variable& x, const Variable& w, const Variable& b) {
  check_shape("layer_norm", "weight", w.shape(), {x.shape().back()});
  if (b) check_shape("layer_norm", "bias", b.shape(), {x.shape().back()});
}

}  // namespace

// y = n * w + b, with n = (x - mean) * rstd, rstd = 1 / sqrt(var + eps) per row.  x, y: (R, D)  w, b: (D)  rstd: (R)
Variable layer_norm(const Variable& x, const Variable& w, const Variable& b, double eps) {
  check(x, w, b);
  const Tensor y = empty_like(x.value()), mean = norm_statistics_for(x.value()), rstd = empty_like(mean);
  kernels::layer_norm_forward(x.device(), x.dtype(),
                              {x.view(), {}, w.view(), b.view(), {}, y.view(), mean.view(), rstd.view(), eps});
  return record("layer_norm", y, {x, w, b}, [x, w, b = b.node(), mean, rstd](Tensor& dy, Gradients& grads) {
    // dx = rstd * (g - mean(g) - n * mean(g*n)), g = dy*w      dw += sum of dy * n      db += sum of dy
    kernels::layer_norm_backward(
        x.device(), x.dtype(),
        {dy.view(), {}, x.view(), w.view(), mean.view(), rstd.view(), grads.of(x), grads.of(w), grads.of(b)});
  });
}

// s = x + residual, y = layer_norm(s)      s, y: (R, D)
NormWithResidual layer_norm_residual(const Variable& x, const Variable& residual, const Variable& w, const Variable& b,
                                     double eps) {
  check(x, w, b);
  check_shape("layer_norm", "residual", residual.shape(), x.shape());
  const Tensor s = empty_like(x.value()), y = empty_like(s), mean = norm_statistics_for(s), rstd = empty_like(mean);
  kernels::layer_norm_forward(
      x.device(), x.dtype(),
      {x.view(), residual.view(), w.view(), b.view(), s.view(), y.view(), mean.view(), rstd.view(), eps});
  auto outputs = record_all("layer_norm", {s, y}, {x, residual, w, b},
                            [x = x.node(), residual = residual.node(), s, w, b = b.node(), mean, rstd](
                                std::span<Tensor> dys, Gradients& grads) {
                              // dx = dresidual = ds + the gradient through the norm
                              const Tensor &ds = dys[0], &dy = dys[1];
                              Tensor dx = ds;
                              if (dy) {
                                dx = empty_like(s);
                                const kernels::View direct = ds ? ds.view() : kernels::View{};
                                kernels::layer_norm_backward(s.device(), s.dtype(),
                                                             {dy.view(),
                                                              direct,
                                                              s.view(),
                                                              w.view(),
                                                              mean.view(),
                                                              rstd.view(),
                                                              {dx.view(), false},
                                                              grads.of(w),
                                                              grads.of(b)});
                              }
                              grads.assign(x, dx);
                              grads.assign(residual, dx);
                            });
  return {.sum = outputs[0], .normalized = outputs[1]};
}

}  // namespace slm::ops
