#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slm::models {

enum class Family { kClassic, kGpt2, kLlama };
enum class Norm { kLayer, kRms };
enum class NormPlacement { kPre, kPost };  // before the sublayer, or after the residual addition
enum class Position { kLearned, kRope };
enum class FeedForwardKind { kRelu, kGeluTanh, kGeluErf, kReluSquared, kSilu, kSwiglu };

// A causal Transformer decoder: one of three families or a mix between them. Names follow the command line's flags.
struct DecoderConfig {
  Family family = Family::kClassic;
  int64_t vocab_size = 10000;
  int64_t embed_dim = 128;
  int64_t num_heads = 4;
  int64_t num_kv_heads = 4;  // fewer than num_heads: grouped-query attention (arXiv:2305.13245)
  int64_t head_dim = 32;     // embed_dim / num_heads unless a loaded model says otherwise
  int64_t num_layers = 2;
  int64_t hidden_dim = 512;  // of the feed-forward
  int64_t max_seq_len = 128;

  Norm norm = Norm::kLayer;
  NormPlacement norm_placement = NormPlacement::kPost;
  Position position = Position::kLearned;
  FeedForwardKind activation = FeedForwardKind::kRelu;
  bool has_bias = true;         // in attention, feed-forward and LayerNorm
  bool has_output_bias = true;  // in the output layer; never with tie_embeddings
  bool tie_embeddings = false;  // the output layer uses the token embedding's weight
  bool qk_norm = false;         // RMSNorm of each query and key head before RoPE, as Qwen3 does
  double norm_eps = 1e-5;
  double rope_theta = 10000.0;
  double dropout = 0.0;

  bool operator==(const DecoderConfig&) const = default;
};

// The family's own choice for everything that is not a size.
DecoderConfig family_defaults(Family family);

// Throws UsageError that names the first value that cannot be, with what it could be.
void validate(const DecoderConfig& config);

// Number of scalars in the parameters; tied weights count once.
int64_t num_parameters(const DecoderConfig& config);

// Floating-point operations of a forward and backward pass, per token, at sequence length `seq_len`: 6 for each
// matrix weight, and the causal half of attention's products.
double training_flops_per_token(const DecoderConfig& config, int64_t seq_len);

// The words of the command line and of config.json. parse_* throw UsageError with the choices.
std::string_view name(Family family);
std::string_view name(Norm norm);
std::string_view name(NormPlacement placement);
std::string_view name(Position position);
std::string_view name(FeedForwardKind activation);
Family parse_family(std::string_view text);
Norm parse_norm(std::string_view text);
NormPlacement parse_norm_placement(std::string_view text);
Position parse_position(std::string_view text);
FeedForwardKind parse_activation(std::string_view text);

}  // namespace slm::models
