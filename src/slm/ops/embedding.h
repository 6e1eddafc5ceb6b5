#pragma once

#include "slm/autograd/variable.h"
#include "slm/ops/token_positions.h"

namespace slm::ops {

// token_weight[token] + position_weight[position].
//   token_weight: (V, D)   position_weight: (P, D) of the same dtype, or absent   tokens: (B, T), int32   -> (B, T, D)
// Throws Error for a token outside [0, V), ShapeError for a position outside [0, P).
Variable embedding(const Variable& token_weight, const Variable& position_weight, const Tensor& tokens,
                   const TokenPositions& positions = {});

}  // namespace slm::ops
