#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// C = [C +] op(A) op(B) [+ bias], then ReLU where asked.   C: (M, N)
// A and B share one dtype, by which the slot is chosen; fp32 products are summed in fp32, bf16 ones too. 2 M N K
// operations. With K = 0 the product is zero. bf16 wants has_native_bf16(): elsewhere it is slow, or throws Error.
struct MatmulArgs {
  ConstView a;     // (M, K), or (K, M) where is_a_transposed
  ConstView b;     // (K, N), or (N, K) where is_b_transposed
  ConstView bias;  // (N), fp32 (fp64 for fp64), added to each row; or absent
  View c;          // dtype of A and B, or fp32 for bf16 ones
  bool is_a_transposed = false;
  bool is_b_transposed = false;
  bool accumulate = false;  // add to what is in C
  bool has_relu = false;    // not together with accumulate
};

inline KernelSlot<MatmulArgs> matmul{"matmul"};

}  // namespace slm::kernels
