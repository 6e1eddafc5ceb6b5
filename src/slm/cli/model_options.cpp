#include "slm/cli/model_options.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::cli {

void ModelOptions::define(OptionTable& options) {
  options.heading("Model");
  options.add_choice("family", family_, {"classic", "gpt2", "llama"}, "Design that everything not set follows.");
  options.add("vocab_size", vocab_size_, "Tokens the model knows. Text data sets it by its tokenizer.",
              {.low = 1, .high = 1 << 24});
  options.add("embed_dim", embed_dim_, "Width of the residual stream.", {.low = 1, .high = 1 << 20});
  options.add("num_heads", num_heads_, "Attention heads; divides embed_dim.", {.low = 1, .high = 1 << 20});
  options.add("num_layers", num_layers_, "Blocks of attention and feed-forward.", {.low = 1, .high = 1024});
  options.add("hidden_dim", hidden_dim_, "Width of the feed-forward.", {.low = 1, .high = 1 << 20});
  options.add("max_seq_len", max_seq_len_, "Tokens a training window has.", {.low = 1, .high = 1 << 22});
  options.add("num_kv_heads", num_kv_heads_, "Key and value heads (grouped-query attention); divides num_heads.",
              "num_heads", {.low = 1, .high = 1 << 20});
  options.add("head_dim", head_dim_, "Width of a head.", "embed_dim / num_heads", {.low = 1, .high = 1 << 20});
  options.add_choice("norm", norm_, {"layer", "rms"}, "LayerNorm or RMSNorm.", "by family");
  options.add_choice("norm_placement", norm_placement_, {"pre", "post"},
                     "Norm before each sublayer, or after its residual addition.", "by family");
  options.add_choice("position", position_, {"learned", "rope"}, "Learned or rotary positions.", "by family");
  options.add_choice("activation", activation_, {"relu", "gelu", "gelu_erf", "relu_squared", "silu", "swiglu"},
                     "Feed-forward's nonlinearity.", "by family");
  options.add("bias", has_bias_, "Biases in attention, feed-forward and LayerNorm.", "by family");
  options.add("output_bias", has_output_bias_, "Bias in the output layer.", "by family");
  options.add("tie_embeddings", tie_embeddings_, "The output layer uses the token embedding.", "by family");
  options.add_flag("qk_norm", qk_norm_, "RMSNorm of every query and key head.");
  options.add("norm_eps", norm_eps_, "Added to the variance in norms.", "1e-5", {.low = 0, .high = 1});
  options.add("rope_theta", rope_theta_, "Base of the rotary frequencies.", {.low = 1, .high = 1e12});
  options.add("dropout", dropout_, "Dropout probability, where the family has it.",
              {.low = 0, .high = 1, .excludes_high = true});
}

models::DecoderConfig ModelOptions::config(int64_t vocab_size) const {
  models::DecoderConfig config = models::family_defaults(models::parse_family(family_));
  if (!head_dim_ && embed_dim_ % num_heads_ != 0) {
    throw UsageError(
        fmt::format("--embed_dim {} is not divisible by --num_heads {}; use a multiple of it", embed_dim_, num_heads_));
  }
  config.vocab_size = vocab_size;
  config.embed_dim = embed_dim_;
  config.num_heads = num_heads_;
  config.num_kv_heads = num_kv_heads_.value_or(num_heads_);
  config.head_dim = head_dim_.value_or(embed_dim_ / num_heads_);
  config.num_layers = num_layers_;
  config.hidden_dim = hidden_dim_;
  config.max_seq_len = max_seq_len_;
  if (norm_) config.norm = models::parse_norm(*norm_);
  if (norm_placement_) config.norm_placement = models::parse_norm_placement(*norm_placement_);
  if (position_) config.position = models::parse_position(*position_);
  if (activation_) config.activation = models::parse_activation(*activation_);
  config.has_bias = has_bias_.value_or(config.has_bias);
  config.tie_embeddings = tie_embeddings_.value_or(config.tie_embeddings);
  config.has_output_bias = has_output_bias_.value_or(config.has_output_bias && !config.tie_embeddings);
  config.qk_norm = qk_norm_;
  config.norm_eps = norm_eps_.value_or(config.norm_eps);
  config.rope_theta = rope_theta_;
  config.dropout = dropout_;
  models::validate(config);
  return config;
}

}  // namespace slm::cli
