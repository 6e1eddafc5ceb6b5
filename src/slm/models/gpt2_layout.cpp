#include <fmt/format.h>

#include <cmath>

#include "slm/models/block_sizes.h"
#include "slm/models/decoder_layout.h"
#include "slm/models/outer_layers.h"

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

  name_norm(options.attention_norm, config, prefix + "ln_1");
  name_norm(options.feed_forward_norm, config, prefix + "ln_2");
  return options;
}

}  // namespace

DecoderLayout gpt2_layout(const DecoderConfig& config) {
  DecoderLayout layout;
  set_outer_layers(layout, config,
                   {.token_embedding = "transformer.wte",
                    .position_embedding = "transformer.wpe",
                    .final_norm = "transformer.ln_f",
                    .output = "lm_head",
                    .embedding_initializer = Initializer::normal(kStandardDeviation),
                    .output_weight_initializer = Initializer::normal(kStandardDeviation)});
  layout.embedding_dropout = config.dropout;
  for (int layer = 0; layer < config.num_layers; ++layer) layout.blocks.push_back(block(config, layer));
  return layout;
}

}  // namespace slm::models
