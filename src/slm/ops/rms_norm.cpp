#include "slm/ops/rms_norm.h"

#include "slm/autograd/tape.h"
#include "slm/kernels/rms_norm.h"
#include "slm/ops/norm_statistics.h"

namespace slm::ops {

// y = x * rstd * w, with rstd = 1 / sqrt(mean(x^2) + eps) per row.   x, y: (R, D)   w: (D)   rstd: (R)
Variable rms_norm(const Variable& x, const Variable& w, double eps) {
  check_shape("rms_norm", "weight", w.shape(), {x.shape().back()});
  const Tensor y = empty_like(x.value()), rstd = norm_statistics_for(x.value());
  kernels::rms_norm_forward(x.device(), x.dtype(), {x.view(), {}, w.view(), {}, y.view(), rstd.view(), eps});
  return record("rms_norm", y, {x, w}, [x, w, rstd](Tensor& dy, Gradients& grads) {
    // dx = rstd * (dy*w - x * rstd^2 * mean(dy*w*x))      dw += sum over rows of dy * x * rstd
    kernels::rms_norm_backward(x.device(), x.dtype(),
                               {dy.view(), {}, x.view(), w.view(), rstd.view(), grads.of(x), grads.of(w)});
  });
}

// s = x + residual, y = rms_norm(s)      s, y: (R, D)
NormWithResidual rms_norm_residual(const Variable& x, const Variable& residual, const Variable& w, double eps) {
  check_shape("rms_norm", "weight", w.shape(), {x.shape().back()});
  check_shape("rms_norm", "residual", residual.shape(), x.shape());
  const Tensor s = empty_like(x.value()), y = empty_like(s), rstd = norm_statistics_for(s);
  kernels::rms_norm_forward(x.device(), x.dtype(),
                            {x.view(), residual.view(), w.view(), s.view(), y.view(), rstd.view(), eps});
  auto outputs =
      record_all("rms_norm", {s, y}, {x, residual, w},
                 [x = x.node(), residual = residual.node(), s, w, rstd](std::span<Tensor> dys, Gradients& grads) {
                   // dx = dresidual = ds + the gradient through the norm
                   const Tensor &ds = dys[0], &dy = dys[1];
                   Tensor dx = ds;
                   if (dy) {
                     dx = empty_like(s);
                     const kernels::View direct = ds ? ds.view() : kernels::View{};
                     kernels::rms_norm_backward(
                         s.device(), s.dtype(),
                         {dy.view(), direct, s.view(), w.view(), rstd.view(), {dx.view(), false}, grads.of(w)});
                   }
                   grads.assign(x, dx);
                   grads.assign(residual, dx);
                 });
  return {.sum = outputs[0], .normalized = outputs[1]};
}

}  // namespace slm::ops
