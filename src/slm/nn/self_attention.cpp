#include "slm/nn/self_attention.h"

#include "slm/nn/dropout.h"
#include "slm/nn/kv_cache.h"
#include "slm/ops/attention.h"
#include "slm/ops/qk_norm.h"
#include "slm/ops/rope.h"

namespace slm::nn {

SelfAttention::SelfAttention(ParameterStore& store, const Options& options)
    : qkv_(store, options.qkv), output_(store, options.output), options_(options) {
  if (options.q_norm_name.empty()) return;
  q_norm_ = store.add_vector(options.q_norm_name, options.head_dim, Initializer::ones());
  k_norm_ = store.add_vector(options.k_norm_name, options.head_dim, Initializer::ones());
}

Variable SelfAttention::operator()(const Variable& x, const ForwardContext& context) const {
  Variable qkv = qkv_(x);
  if (q_norm_ != nullptr) {
    const ops::QkNormHeads heads = {.num_heads = options_.num_heads, .num_kv_heads = options_.num_kv_heads};
    qkv = ops::qk_norm(qkv, q_norm_->variable, k_norm_->variable, heads, options_.norm_eps);
  }
  if (options_.has_rope) {
    const int64_t num_rotated = options_.num_heads + options_.num_kv_heads;
    qkv = ops::rope(std::move(qkv), context.rope_table, num_rotated, context.positions);
  }
  if (context.cache != nullptr) return output_(Variable(attend_to_cache(qkv.value(), *context.cache)));
  const bool has_dropout = context.is_training && options_.dropout > 0;
  const auto place = static_cast<int>(DropoutPlace::kAttention);
  return output_(ops::attention(qkv, {.num_heads = options_.num_heads,
                                      .num_kv_heads = options_.num_kv_heads,
                                      .dropout = has_dropout ? options_.dropout : 0.0,
                                      .random = context.dropout_stream(options_.layer, place),
                                      .batch_offset = context.first_sequence,
                                      .first_key = context.first_key}));
}

Tensor SelfAttention::attend_to_cache(const Tensor& qkv, KvCache& cache) const {
  const KvCache::Layer& kept = cache.reserve(options_.layer, qkv.shape()[1],
                                             {.num_kv_heads = options_.num_kv_heads,
                                              .head_dim = options_.head_dim,
                                              .dtype = qkv.dtype(),
                                              .device = qkv.device()});
  return ops::cached_attention(qkv, kept.keys, kept.values, cache.length(),
                               {.num_heads = options_.num_heads, .num_kv_heads = options_.num_kv_heads});
}

}  // namespace slm::nn
