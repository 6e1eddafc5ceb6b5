#include "slm/ops/qk_norm.h"

#include <fmt/format.h>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/qk_norm.h"

namespace slm::ops {

// y = x * rstd * w per query and key head, with rstd = 1 / sqrt(mean(x^2) + eps).
//   x, y: (R, (H + 2G) * E)   wq, wk: (E)   rstd: (R, H + G)
Variable qk_norm(const Variable& qkv, const Variable& wq, const Variable& wk, const QkNormHeads& heads, double eps) {
  const int64_t width = qkv.shape().back(), num_row_heads = heads.num_heads + 2 * heads.num_kv_heads;
  if (num_row_heads <= 0 || width % num_row_heads != 0) {
    throw ShapeError(
        fmt::format("[qk_norm] qkv has rows of {} elements, expected a multiple of {}: {} query and {} key "
                    "and value heads",
                    width, num_row_heads, heads.num_heads, heads.num_kv_heads));
  }
  const int64_t head_dim = width / num_row_heads;
  check_shape("qk_norm", "query weight", wq.shape(), {head_dim});
  check_shape("qk_norm", "key weight", wk.shape(), {head_dim});
  const Tensor y = empty_like(qkv.value());
  const DType statistics = y.dtype() == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Tensor rstd = Tensor::empty({y.num_rows(), heads.num_heads + heads.num_kv_heads}, statistics, y.device());
  kernels::qk_norm_forward(
      y.device(), y.dtype(),
      {qkv.view(), wq.view(), wk.view(), y.view(), rstd.view(), heads.num_heads, heads.num_kv_heads, eps});
  return record("qk_norm", y, {qkv, wq, wk}, [qkv, wq, wk, rstd, heads](Tensor& dy, Gradients& grads) {
    // dx = rstd * (dy*w - x * rstd^2 * mean(dy*w*x))      dw += sum over rows and heads of dy * x * rstd
    kernels::qk_norm_backward(qkv.device(), qkv.dtype(),
                              {dy.view(), qkv.view(), wq.view(), wk.view(), rstd.view(), grads.of(qkv), grads.of(wq),
                               grads.of(wk), heads.num_heads, heads.num_kv_heads});
  });
}

}  // namespace slm::ops
