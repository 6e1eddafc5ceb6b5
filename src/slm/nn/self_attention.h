#pragma once

#include <optional>

#include "slm/nn/forward_context.h"
#include "slm/nn/linear.h"

namespace slm::nn {

// Causal self-attention with H query heads and G key and value heads, each E wide (Vaswani et al., arXiv:1706.03762;
// grouped queries: Ainslie et al., arXiv:2305.13245).
class SelfAttention {
 public:
  struct Options {
    Linear::Options qkv;     // rows [q heads | k heads | v heads], (H + 2G) * E of them
    Linear::Options output;  // (D, H * E)
    int64_t num_heads = 0;
    int64_t num_kv_heads = 0;
    int64_t head_dim = 0;
    std::string q_norm_name;  // empty: no QK-norm
    std::string k_norm_name;
    double norm_eps = 1e-5;
    bool has_rope = false;  // rotary embedding, by the context's table
    double dropout = 0;     // on the attention weights
    int layer = 0;
  };

  SelfAttention(ParameterStore& store, const Options& options);

  Variable operator()(const Variable& x, const ForwardContext& context) const;  // (B, T, D) -> (B, T, D)

  const Linear& qkv() const { return qkv_; }

 private:
  Tensor attend_to_cache(const Tensor& qkv, KvCache& cache) const;

  Linear qkv_;
  Linear output_;
  Parameter* q_norm_ = nullptr;
  Parameter* k_norm_ = nullptr;
  Options options_;
};

}  // namespace slm::nn
