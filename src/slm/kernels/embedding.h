#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// y[r] = token_weight[tokens[r]] + position_weight[positions[r]]. Both weights and y share one dtype. The caller has
// checked every id. 8 bytes per element in fp32, 12 with positions.
struct EmbeddingForwardArgs {
  ConstView token_weight;     // (V, D)
  ConstView position_weight;  // (P, D) or absent
  ConstView tokens;           // (R), int32 in [0, V)
  ConstView positions;        // (R), int32 in [0, P); absent exactly when position_weight is
  View y;                     // (R, D)
};

// dweight[id] += sum of dy[r] over the rows with ids[r] = id, in the order of the rows: no atomics. dweight is fp32
// where dy is bf16, else of the same dtype; rows that no id names are zeroed unless it accumulates.
struct EmbeddingBackwardArgs {
  ConstView dy;      // (R, D)
  ConstView ids;     // (R), int32 in [0, N)
  GradView dweight;  // (N, D)
};

inline KernelSlot<EmbeddingForwardArgs> embedding_forward{"embedding_forward"};
inline KernelSlot<EmbeddingBackwardArgs> embedding_backward{"embedding_backward"};

}  // namespace slm::kernels
