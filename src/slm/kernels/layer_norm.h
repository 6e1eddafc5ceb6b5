#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// Layer normalization (Ba, Kiros and Hinton, arXiv:1607.06450), with the residual addition before it:
//   s = x + residual      n = (s - mean) * rstd      y = n * w + b      rstd = 1 / sqrt(var + eps) per row
// Statistics are fp32 (fp64 for fp64 rows). x, residual, s and y share one dtype; w and b are fp32 where that is bf16,
// else the same. Bytes per element in fp32: 8 read and 8 written with a residual, 4 and 4 without.
struct LayerNormForwardArgs {
  ConstView x;         // (R, D)
  ConstView residual;  // (R, D) or absent
  ConstView w;         // (D)
  ConstView b;         // (D) or absent
  View sum;            // (R, D): s; absent exactly when residual is. May be x or residual itself
  View y;              // (R, D); may be x itself
  View mean;           // (R), fp32 or fp64
  View rstd;           // (R), likewise
  double eps;
};

// ds = ds_direct + rstd * (g - mean(g) - n * mean(g*n)) with g = dy*w
// dw += sum over rows of dy * n      db += sum over rows of dy
// Both x and the residual receive ds.
struct LayerNormBackwardArgs {
  ConstView dy;         // (R, D)
  ConstView ds_direct;  // (R, D) or absent: gradient that reached s by other ways
  ConstView s;          // (R, D): what was normalized
  ConstView w;          // (D)
  ConstView mean;       // (R)
  ConstView rstd;       // (R)
  GradView ds;          // (R, D); may be dy or ds_direct itself; absent when not wanted
  GradView dw;          // (D), fp32 or fp64; absent when not wanted
  GradView db;          // (D), likewise
};

inline KernelSlot<LayerNormForwardArgs> layer_norm_forward{"layer_norm_forward"};
inline KernelSlot<LayerNormBackwardArgs> layer_norm_backward{"layer_norm_backward"};

}  // namespace slm::kernels
