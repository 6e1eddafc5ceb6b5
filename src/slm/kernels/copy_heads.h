#pragma once

#include "slm/kernels/attention.h"

namespace slm::kernels {

// Copies rows of heads from one layout to another: to(b, h, t) = from(b, h, t). What a KV cache is filled by.
struct CopyHeadsArgs {
  ConstHeads from;  // (B, heads, T, E)
  Heads to;         // (B, heads, T, E), elsewhere
  int64_t batch;    // B
  int64_t num_heads;
  int64_t num_rows;  // T
  int64_t head_dim;  // E
};

inline KernelSlot<CopyHeadsArgs> copy_heads{"copy_heads"};

}  // namespace slm::kernels
