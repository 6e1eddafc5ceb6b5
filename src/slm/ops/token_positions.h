#pragma once

#include <string_view>

#include "slm/tensor/tensor.h"

namespace slm::ops {

// Where the tokens of a batch stand in their sequences.
struct TokenPositions {
  Tensor ids{};       // (B, T), int32; absent: `first`, first + 1, ... in each sequence
  int64_t first = 0;  // of the first column, where `ids` is absent: the length of what a KV cache already holds
};

// The positions as (B, T) int32. Throws ShapeError, in the name of `op`, unless each is in [0, num_positions).
Tensor position_ids(std::string_view op, const TokenPositions& positions, const Shape& shape, int64_t num_positions);

}  // namespace slm::ops
