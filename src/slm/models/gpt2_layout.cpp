#include <fmt/format.h>

#include <cmath>

#include "slm/models/block_sizes.h"
#include "slm/models/decoder_layout.h"

namespace slm::models {
namespace {

using nn::Initializer;

constexpr double kStandardDeviation = 0.02;

// GPT-2's Conv1D: state dicts hold (in, out).
nn::Linear::Options conv1d(nn::Linear::Options sized, const std::string& name, bool has_bias,
                           double standard_deviation) {
  sized.weight_name = name + ".weight";
  if (has_bias) sized.bias_name = name + ".bias";
  sized.weight_initializer = Initializer::normal(standard_deviation);
  sized.is_transposed = true;
  return sized;
}

nn::Block::Options block(const DecoderConfig& config, int layer) {
  nn::Block::Options options = sized_block(config, layer);
  const std::string prefix = fmt::format("transformer.h.{}.", layer);
  // Projections back into the residual stream start smaller, by the number of additions to it (Radford et al., 2019).
  const double residual_std = kStandardDeviation / std::sqrt(2.0 * static_cast<double>(config.num_layers));
  auto& attention = options.attention;
  auto& feed_forward = options.feed_forward;
  attention.qkv = conv1d(attention.qkv, prefix + "attn.c_attn", config.has_bias, kStandardDeviation);
  attention.output = conv1d(attention.output, prefix + "attn.c_proj", config.has_bias, residual_std);
  feed_forward.up = conv1d(feed_forward.up, prefix + "mlp.c_fc", config.has_bias, kStandardDeviation);
  feed_forward.down = conv1d(feed_forward.down, prefix + "mlp.c_proj", config.has_bias, residual_std);
  if (config.qk_norm) {
    attention.q_norm_name = prefix + "attn.q_norm.weight";
    attention.k_norm_name = prefix + "attn.k_norm.weight";
  }
  options.residual_dropout = config.dropout;

  const bool has_norm_bias = config.has_bias && config.norm == Norm::kLayer;
  options.attention_norm.weight_name = prefix + "ln_1.weight";
  options.feed_forward_norm.weight_name = prefix + "ln_2.weight";
  if (has_norm_bias) options.attention_norm.bias_name = prefix + "ln_1.bias";
  if (has_norm_bias) options.feed_forward_norm.bias_name = prefix + "ln_2.bias";
  return options;
}

}  // namespace

DecoderLayout gpt2_layout(const DecoderConfig& config) {
  DecoderLayout layout;
  layout.embedding = {.token_name = "transformer.wte.weight",
                      .position_name = config.position == Position::kLearned ? "transformer.wpe.weight" : "",
                      .vocab_size = config.vocab_size,
                      .max_seq_len = config.max_seq_len,
                      .dim = config.embed_dim,
                      .token_initializer = Initializer::normal(kStandardDeviation),
                      .position_initializer = Initializer::normal(kStandardDeviation)};
  layout.embedding_dropout = config.dropout;
  for (int layer = 0; layer < config.num_layers; ++layer) layout.blocks.push_back(block(config, layer));
  layout.final_norm = layout.blocks[0].attention_norm;
  layout.final_norm.weight_name = config.norm_placement == NormPlacement::kPre ? "transformer.ln_f.weight" : "";
  if (!layout.final_norm.bias_name.empty()) layout.final_norm.bias_name = "transformer.ln_f.bias";
  if (!config.tie_embeddings) {
    layout.output = {.weight_name = "lm_head.weight",
                     .bias_name = config.has_output_bias ? "lm_head.bias" : "",
                     .in = config.embed_dim,
                     .out = config.vocab_size,
                     .weight_initializer = Initializer::normal(kStandardDeviation)};
  } else {
    layout.tied_output_name = "lm_head.weight";
  }
  return layout;
}

}  // namespace slm::models
