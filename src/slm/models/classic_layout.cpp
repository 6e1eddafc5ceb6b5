#include <fmt/format.h>

#include <cmath>

#include "slm/models/block_sizes.h"
#include "slm/models/decoder_layout.h"
#include "slm/models/outer_layers.h"

namespace slm::models {
namespace {

using nn::Initializer;

// As torch.nn.Linear makes one, weight and bias.
nn::Linear::Options torch_linear(nn::Linear::Options sized, const std::string& name, bool has_bias) {
  sized.weight_name = name + ".weight";
  if (has_bias) sized.bias_name = name + ".bias";
  sized.weight_initializer = sized.bias_initializer = Initializer::torch_linear(sized.in);
  return sized;
}

nn::Block::Options block(const DecoderConfig& config, int layer) {
  nn::Block::Options options = sized_block(config, layer);
  const std::string prefix = fmt::format("transformer_encoder.layers.{}.", layer);

  nn::Linear::Options& qkv = options.attention.qkv;
  qkv.weight_name = prefix + "self_attn.in_proj_weight";
  if (config.has_bias) qkv.bias_name = prefix + "self_attn.in_proj_bias";
  qkv.weight_initializer = Initializer::xavier_uniform(qkv.in, qkv.out);
  options.attention.output = torch_linear(options.attention.output, prefix + "self_attn.out_proj", config.has_bias);
  options.attention.output.bias_initializer = Initializer::zeros();
  if (config.qk_norm) {
    options.attention.q_norm_name = prefix + "self_attn.q_norm.weight";
    options.attention.k_norm_name = prefix + "self_attn.k_norm.weight";
  }
  options.feed_forward.up = torch_linear(options.feed_forward.up, prefix + "linear1", config.has_bias);
  options.feed_forward.down = torch_linear(options.feed_forward.down, prefix + "linear2", config.has_bias);
  options.feed_forward.dropout = options.residual_dropout = config.dropout;

  name_norm(options.attention_norm, config, prefix + "norm1");
  name_norm(options.feed_forward_norm, config, prefix + "norm2");
  return options;
}

}  // namespace

DecoderLayout classic_layout(const DecoderConfig& config) {
  DecoderLayout layout;
  // torch.nn.Embedding draws from the standard normal; a tied output layer would start with logits of sqrt(D) then.
  const double embedding_std = config.tie_embeddings ? 1.0 / std::sqrt(static_cast<double>(config.embed_dim)) : 1.0;
  set_outer_layers(layout, config,
                   {.token_embedding = "token_embedding",
                    .position_embedding = "position_embedding",
                    .final_norm = "transformer_encoder.norm",
                    .output = "output_layer",
                    .embedding_initializer = Initializer::normal(embedding_std),
                    .output_weight_initializer = Initializer::torch_linear(config.embed_dim),
                    .output_bias_initializer = Initializer::torch_linear(config.embed_dim)});
  for (int layer = 0; layer < config.num_layers; ++layer) layout.blocks.push_back(block(config, layer));
  return layout;
}

}  // namespace slm::models
