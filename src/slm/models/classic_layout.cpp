#include <fmt/format.h>

#include <cmath>

#include "slm/models/block_sizes.h"
#include "slm/models/decoder_layout.h"

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

  const bool has_norm_bias = config.has_bias && config.norm == Norm::kLayer;
  options.attention_norm.weight_name = prefix + "norm1.weight";
  options.feed_forward_norm.weight_name = prefix + "norm2.weight";
  if (has_norm_bias) options.attention_norm.bias_name = prefix + "norm1.bias";
  if (has_norm_bias) options.feed_forward_norm.bias_name = prefix + "norm2.bias";
  return options;
}

}  // namespace

DecoderLayout classic_layout(const DecoderConfig& config) {
  DecoderLayout layout;
  // torch.nn.Embedding draws from the standard normal; a tied output layer would start with logits of sqrt(D) then.
  const double embedding_std = config.tie_embeddings ? 1.0 / std::sqrt(static_cast<double>(config.embed_dim)) : 1.0;
  layout.embedding = {.token_name = "token_embedding.weight",
                      .position_name = config.position == Position::kLearned ? "position_embedding.weight" : "",
                      .vocab_size = config.vocab_size,
                      .max_seq_len = config.max_seq_len,
                      .dim = config.embed_dim,
                      .token_initializer = Initializer::normal(embedding_std),
                      .position_initializer = Initializer::normal(embedding_std)};
  for (int layer = 0; layer < config.num_layers; ++layer) layout.blocks.push_back(block(config, layer));
  layout.final_norm = layout.blocks[0].attention_norm;
  layout.final_norm.weight_name = config.norm_placement == NormPlacement::kPre ? "transformer_encoder.norm.weight" : "";
  if (!layout.final_norm.bias_name.empty()) layout.final_norm.bias_name = "transformer_encoder.norm.bias";
  if (!config.tie_embeddings) {
    nn::Linear::Options sized;
    sized.in = config.embed_dim;
    sized.out = config.vocab_size;
    layout.output = torch_linear(sized, "output_layer", config.has_output_bias);
  } else {
    layout.tied_output_name = "output_layer.weight";
  }
  return layout;
}

}  // namespace slm::models
