#pragma once

#include "slm/autograd/variable.h"
#include "slm/core/philox.h"

namespace slm::ops {

struct AttentionOptions {
  int64_t num_heads = 0;     // H
  int64_t num_kv_heads = 0;  // G: H for multi-head, fewer for grouped-query attention; must divide H
  double scale = 0;          // what q . k is multiplied by; 0 stands for 1 / sqrt(E)
  double dropout = 0;        // the probability with which each attention weight is zeroed; the others grow by 1/(1-p)
  RandomStream random{};     // of the dropout
  int64_t batch_offset = 0;  // the place of sequence 0 in the whole batch: dropout does not depend on how that is cut
  Tensor first_key{};        // (B, T), int32: the first key that each query sees, for packed documents. Absent: all 0
};

// Causal attention of every head over the keys up to the query's own position.
//   qkv: (B, T, (H + 2G) * E), each row H query heads, then G key heads, then G value heads   -> (B, T, H * E)
Variable attention(const Variable& qkv, const AttentionOptions& options);

// The same for T more tokens of sequences whose earlier tokens' keys and values are kept: copies the new ones behind
// them, then attends over all. No gradient flows. `options.dropout` and `options.first_key` must be left out.
//   qkv: (B, T, (H + 2G) * E)   keys, values: (B, G, capacity, E) with `past` of the rows filled   -> (B, T, H * E)
Tensor cached_attention(const Tensor& qkv, const Tensor& keys, const Tensor& values, int64_t past,
                        const AttentionOptions& options);

}  // namespace slm::ops
