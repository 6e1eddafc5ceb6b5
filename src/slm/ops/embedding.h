#pragma once

#include "slm/autograd/variable.h"

namespace slm::ops {

// Where the tokens of an embedding stand in their sequences, for learned positions.
struct TokenPositions {
  Tensor ids;         // (B, T), int32; absent: `first`, first + 1, ... in each sequence
  int64_t first = 0;  // of the first column, where `ids` is absent: the length of what a KV cache already holds
};

// token_weight[token] + position_weight[position].
//   token_weight: (V, D)   position_weight: (P, D) of the same dtype, or absent   tokens: (B, T), int32   -> (B, T, D)
// Throws Error for a token outside [0, V), ShapeError for a position outside [0, P).
Variable embedding(const Variable& token_weight, const Variable& position_weight, const Tensor& tokens,
                   const TokenPositions& positions = {});

}  // namespace slm::ops
