#pragma once

#include "slm/autograd/variable.h"
#include "slm/ops/token_positions.h"

namespace slm::ops {

// Cosines and sines of position * theta^(-2i/E) for i < E/2, computed in fp64: what rope() rotates by.
//   -> (P, E) of `dtype` (fp64 for fp64 rows, else fp32). Throws UsageError for an odd head_dim.
Tensor rope_table(int64_t num_positions, int64_t head_dim, double theta, DType dtype = DType::kFloat32);

// Rotary position embedding (Su et al., arXiv:2104.09864) of the first `num_rotated` heads of each row, in the pairing
// of Hugging Face's Llama: element i with i + E/2. The heads behind them stay.
//   qkv: (B, T, W), W a multiple of E   table: (P, E) of rope_table()   -> (B, T, W)
// Works in place where nobody else holds the memory of `qkv`: pass it by std::move.
Variable rope(Variable qkv, const Tensor& table, int64_t num_rotated, const TokenPositions& positions = {});

}  // namespace slm::ops
