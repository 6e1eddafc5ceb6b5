#include <fmt/format.h>

#include "slm/models/block_sizes.h"
#include "slm/models/decoder_layout.h"
#include "slm/models/outer_layers.h"

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
  name_norm(options.attention_norm, config, prefix + "input_layernorm");
  name_norm(options.feed_forward_norm, config, prefix + "post_attention_layernorm");
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
  set_outer_layers(layout, config,
                   {.token_embedding = "model.embed_tokens",
                    .position_embedding = "model.embed_positions",
                    .final_norm = "model.norm",
                    .output = "lm_head",
                    .embedding_initializer = Initializer::normal(kStandardDeviation),
                    .output_weight_initializer = Initializer::normal(kStandardDeviation)});
  for (int layer = 0; layer < config.num_layers; ++layer) {
    layout.blocks.push_back(block(config, layer));
    layout.block_parts.push_back(parts(config, layer));
  }
  return layout;
}

}  // namespace slm::models
