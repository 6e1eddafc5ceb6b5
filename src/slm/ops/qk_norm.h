#pragma once

#include "slm/autograd/variable.h"

namespace slm::ops {

struct QkNormHeads {
  int64_t num_heads = 0;     // H
  int64_t num_kv_heads = 0;  // G
};

// Root mean square normalization of each query and each key head by itself, as in Qwen3; value heads stay.
//   qkv: (..., (H + 2G) * E), each row H query heads, then G key heads, then G value heads
//   wq, wk: (E), fp32 where qkv is bf16, else of its dtype   -> the shape of qkv
Variable qk_norm(const Variable& qkv, const Variable& wq, const Variable& wk, const QkNormHeads& heads, double eps);

}  // namespace slm::ops
