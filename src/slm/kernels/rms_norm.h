#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// Root mean square layer normalization (Zhang and Sennrich, arXiv:1910.07467), with the residual addition before it:
//   s = x + residual      y = s * rstd * w      rstd = 1 / sqrt(mean(s^2) + eps) per row
// Statistics are fp32 (fp64 for fp64 rows). x, residual, s and y share one dtype; w is fp32 where that is bf16, else
// the same. Bytes per element in fp32: 8 read and 8 written with a residual, 4 and 4 without.
struct RmsNormForwardArgs {
  ConstView x;         // (R, D)
  ConstView residual;  // (R, D) or absent
  ConstView w;         // (D)
  View sum;            // (R, D): s; absent exactly when residual is. May be x or residual itself
  View y;              // (R, D); may be x itself
  View rstd;           // (R), fp32 or fp64
  double eps;
};

// ds = ds_direct + rstd * (dy*w - s * rstd^2 * mean(dy*w*s))      dw += sum over rows of dy * s * rstd
// Both x and the residual receive ds.
struct RmsNormBackwardArgs {
  ConstView dy;         // (R, D)
  ConstView ds_direct;  // (R, D) or absent: gradient that reached s by other ways
  ConstView s;          // (R, D): what was normalized
  ConstView w;          // (D)
  ConstView rstd;       // (R)
  GradView ds;          // (R, D); may be dy or ds_direct itself; absent when not wanted
  GradView dw;          // (D), fp32 or fp64; absent when not wanted
};

inline KernelSlot<RmsNormForwardArgs> rms_norm_forward{"rms_norm_forward"};
inline KernelSlot<RmsNormBackwardArgs> rms_norm_backward{"rms_norm_backward"};

}  // namespace slm::kernels
