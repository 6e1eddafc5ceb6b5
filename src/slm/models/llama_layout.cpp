#include <fmt/format.h>

#include "slm/models/block_sizes.h"
#include "slm/models/decoder_layout.h"

namespace slm::models {
namespace {

using nn::Initializer;

constexpr double kStandardDeviation = 0.02;

nn::Linear::Options linear(nn::Linear::Options sized, const std::string& name, bool has_bias) {
  sized.weight_name = name + ".weight";
  if (has_bias) sized.bias_name = name + ".bias";
  sized.weight_initializer = Initializer::normal(kStandardDeviation);
  return sized;
}

nn::Block::Options block(const DecoderConfig& config, int layer) {
  nn::Block::Options options = sized_block(config, layer);
  const std::string prefix = fmt::format("model.layers.{}.", layer);
  auto& attention = options.attention;
  auto& feed_forward = options.feed_forward;
  attention.qkv = linear(attention.qkv, prefix + "self_attn.qkv_proj", config.has_bias);
  attention.output = linear(attention.output, prefix + "self_attn.o_proj", config.has_bias);
  const std::string up_name = is_gated(config) ? "mlp.gate_up_proj" : "mlp.up_proj";
  feed_forward.up = linear(feed_forward.up, prefix + up_name, config.has_bias);
  feed_forward.down = linear(feed_forward.down, prefix + "mlp.down_proj", config.has_bias);
  if (config.qk_norm) {
    attention.q_norm_name = prefix + "self_attn.q_norm.weight";
    attention.k_norm_name = prefix + "self_attn.k_norm.weight";
  }

  const bool has_norm_bias = config.has_bias && config.norm == Norm::kLayer;
  options.attention_norm.weight_name = prefix + "input_layernorm.weight";
  options.feed_forward_norm.weight_name = prefix + "post_attention_layernorm.weight";
  if (has_norm_bias) options.attention_norm.bias_name = prefix + "input_layernorm.bias";
  if (has_norm_bias) options.feed_forward_norm.bias_name = prefix + "post_attention_layernorm.bias";
  return options;
}

DecoderLayout::BlockParts parts(const DecoderConfig& config, int layer) {
  const std::string prefix = fmt::format("model.layers.{}.", layer);
  const int64_t query_dim = config.num_heads * config.head_dim, kv_dim = config.num_kv_heads * config.head_dim;
  DecoderLayout::BlockParts parts;
  for (auto [rows, suffix] : {std::pair{&parts.qkv_weight, "weight"}, {&parts.qkv_bias, "bias"}}) {
    *rows = {{fmt::format("{}self_attn.q_proj.{}", prefix, suffix), query_dim},
             {fmt::format("{}self_attn.k_proj.{}", prefix, suffix), kv_dim},
             {fmt::format("{}self_attn.v_proj.{}", prefix, suffix), kv_dim}};
  }
  if (!is_gated(config)) return parts;
  for (auto [rows, suffix] : {std::pair{&parts.up_weight, "weight"}, {&parts.up_bias, "bias"}}) {
    *rows = {{fmt::format("{}mlp.gate_proj.{}", prefix, suffix), config.hidden_dim},
             {fmt::format("{}mlp.up_proj.{}", prefix, suffix), config.hidden_dim}};
  }
  return parts;
}

}  // namespace

DecoderLayout llama_layout(const DecoderConfig& config) {
  DecoderLayout layout;
  layout.embedding = {.token_name = "model.embed_tokens.weight",
                      .position_name = config.position == Position::kLearned ? "model.embed_positions.weight" : "",
                      .vocab_size = config.vocab_size,
                      .max_seq_len = config.max_seq_len,
                      .dim = config.embed_dim,
                      .token_initializer = Initializer::normal(kStandardDeviation),
                      .position_initializer = Initializer::normal(kStandardDeviation)};
  for (int layer = 0; layer < config.num_layers; ++layer) {
    layout.blocks.push_back(block(config, layer));
    layout.block_parts.push_back(parts(config, layer));
  }
  layout.final_norm = layout.blocks[0].attention_norm;
  layout.final_norm.weight_name = config.norm_placement == NormPlacement::kPre ? "model.norm.weight" : "";
  if (!layout.final_norm.bias_name.empty()) layout.final_norm.bias_name = "model.norm.bias";
  if (!config.tie_embeddings) {
    nn::Linear::Options sized;
    sized.in = config.embed_dim;
    sized.out = config.vocab_size;
    layout.output = linear(sized, "lm_head", config.has_output_bias);
  } else {
    layout.tied_output_name = "lm_head.weight";
  }
  return layout;
}

}  // namespace slm::models
