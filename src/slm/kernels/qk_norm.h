#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// Root mean square normalization of each query and key head by itself (Henry et al., arXiv:2010.04245, with the norm of
// Qwen3), in rows of H query heads, G key heads and then G value heads of E elements; the value heads are copied.
//   y = x * rstd * w      rstd = 1 / sqrt(mean(x^2) + eps) per head      w: wq for query heads, wk for key heads
// x and y share one dtype; wq and wk are fp32 where that is bf16, else the same. 8 bytes per element in fp32.
struct QkNormForwardArgs {
  ConstView x;   // (R, (H + 2G) * E)
  ConstView wq;  // (E)
  ConstView wk;  // (E)
  View y;        // (R, (H + 2G) * E); may be x itself
  View rstd;     // (R, H + G), fp32 or fp64
  int64_t num_heads;
  int64_t num_kv_heads;
  double eps;
};

// Of query and key heads: dx = rstd * (dy*w - x * rstd^2 * mean(dy*w*x)), dw += sum over rows and heads of dy * x *
// rstd. Of value heads: dx = dy.
struct QkNormBackwardArgs {
  ConstView dy;    // (R, (H + 2G) * E)
  ConstView x;     // of the forward pass
  ConstView wq;    // (E)
  ConstView wk;    // (E)
  ConstView rstd;  // (R, H + G)
  GradView dx;     // (R, (H + 2G) * E); may be dy itself; absent when not wanted
  GradView dwq;    // (E), fp32 or fp64; absent when not wanted
  GradView dwk;    // (E), likewise
  int64_t num_heads;
  int64_t num_kv_heads;
};

inline KernelSlot<QkNormForwardArgs> qk_norm_forward{"qk_norm_forward"};
inline KernelSlot<QkNormBackwardArgs> qk_norm_backward{"qk_norm_backward"};

}  // namespace slm::kernels
