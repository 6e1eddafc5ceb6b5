#include "slm/models/block_sizes.h"

namespace slm::models {
namespace {

kernels::Activation kernel_activation(FeedForwardKind kind) {
  switch (kind) {
    case FeedForwardKind::kGeluTanh:
      return kernels::Activation::kGeluTanh;
    case FeedForwardKind::kGeluErf:
      return kernels::Activation::kGeluErf;
    case FeedForwardKind::kReluSquared:
      return kernels::Activation::kReluSquared;
    case FeedForwardKind::kSilu:
      return kernels::Activation::kSilu;
    default:
      return kernels::Activation::kRelu;
  }
}

}  // namespace

bool is_gated(const DecoderConfig& config) { return config.activation == FeedForwardKind::kSwiglu; }

void name_norm(nn::Norm::Options& norm, const DecoderConfig& config, const std::string& stem) {
  norm.weight_name = stem + ".weight";
  if (config.has_bias && config.norm == Norm::kLayer) norm.bias_name = stem + ".bias";
}

nn::Block::Options sized_block(const DecoderConfig& config, int layer) {
  const int64_t query_dim = config.num_heads * config.head_dim, kv_dim = config.num_kv_heads * config.head_dim;
  nn::Block::Options block;
  block.layer = block.attention.layer = block.feed_forward.layer = layer;
  block.is_post_norm = config.norm_placement == NormPlacement::kPost;
  for (nn::Norm::Options* norm : {&block.attention_norm, &block.feed_forward_norm}) {
    norm->dim = config.embed_dim;
    norm->eps = config.norm_eps;
    norm->is_rms = config.norm == Norm::kRms;
  }
  block.attention.num_heads = config.num_heads;
  block.attention.num_kv_heads = config.num_kv_heads;
  block.attention.head_dim = config.head_dim;
  block.attention.norm_eps = config.norm_eps;
  block.attention.has_rope = config.position == Position::kRope;
  block.attention.dropout = config.dropout;
  block.attention.qkv.in = config.embed_dim;
  block.attention.qkv.out = query_dim + 2 * kv_dim;
  block.attention.output.in = query_dim;
  block.attention.output.out = config.embed_dim;
  block.feed_forward.activation = kernel_activation(config.activation);
  block.feed_forward.is_gated = is_gated(config);
  block.feed_forward.up.in = config.embed_dim;
  block.feed_forward.up.out = config.hidden_dim * (is_gated(config) ? 2 : 1);
  block.feed_forward.down.in = config.hidden_dim;
  block.feed_forward.down.out = config.embed_dim;
  return block;
}

}  // namespace slm::models
