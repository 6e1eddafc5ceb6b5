#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// Rotary position embedding (Su et al., arXiv:2104.09864) on the first `num_rotated` of the heads that make up a row,
// each E wide. Element i of a head pairs with i + E/2 (the "rotate half" order of Hugging Face):
//   y[i] = x[i] * cos - x[i + E/2] * sin      y[i + E/2] = x[i + E/2] * cos + x[i] * sin
// with cos and sin of the row's position and of i. The other heads are copied. x and y share one dtype.
// 8 bytes per element in fp32; in place the other heads are not touched.
struct RopeArgs {
  ConstView x;          // (R, W), W a multiple of E
  ConstView table;      // (P, E): E/2 cosines, then E/2 sines; fp32, fp64 for fp64 rows
  ConstView positions;  // (R), int32 in [0, P)
  View y;               // (R, W); may be x itself
  int64_t num_rotated;
  bool is_inverse;  // by the negative angle: the backward pass
};

inline KernelSlot<RopeArgs> rope{"rope"};

}  // namespace slm::kernels
