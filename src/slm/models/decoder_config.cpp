#include "slm/models/decoder_config.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "slm/core/error.h"

namespace slm::models {
namespace {

template <class E>
struct Words;
template <>
struct Words<Family> {
  static constexpr std::string_view kFlag = "family";
  static constexpr std::array<std::pair<std::string_view, Family>, 3> kValues = {
      {{"classic", Family::kClassic}, {"gpt2", Family::kGpt2}, {"llama", Family::kLlama}}};
};
template <>
struct Words<Norm> {
  static constexpr std::string_view kFlag = "norm";
  static constexpr std::array<std::pair<std::string_view, Norm>, 2> kValues = {
      {{"layer", Norm::kLayer}, {"rms", Norm::kRms}}};
};
template <>
struct Words<NormPlacement> {
  static constexpr std::string_view kFlag = "norm_placement";
  static constexpr std::array<std::pair<std::string_view, NormPlacement>, 2> kValues = {
      {{"pre", NormPlacement::kPre}, {"post", NormPlacement::kPost}}};
};
template <>
struct Words<Position> {
  static constexpr std::string_view kFlag = "position";
  static constexpr std::array<std::pair<std::string_view, Position>, 2> kValues = {
      {{"learned", Position::kLearned}, {"rope", Position::kRope}}};
};
template <>
struct Words<FeedForwardKind> {
  static constexpr std::string_view kFlag = "activation";
  static constexpr std::array<std::pair<std::string_view, FeedForwardKind>, 6> kValues = {
      {{"relu", FeedForwardKind::kRelu},
       {"gelu", FeedForwardKind::kGeluTanh},
       {"gelu_erf", FeedForwardKind::kGeluErf},
       {"relu_squared", FeedForwardKind::kReluSquared},
       {"silu", FeedForwardKind::kSilu},
       {"swiglu", FeedForwardKind::kSwiglu}}};
};

template <class E>
std::string_view word_of(E value) {
  for (const auto& [word, candidate] : Words<E>::kValues) {
    if (candidate == value) return word;
  }
  return "?";
}

template <class E>
E parse_word(std::string_view text) {
  std::string choices;
  for (const auto& [word, value] : Words<E>::kValues) {
    if (word == text) return value;
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", word);
  }
  throw UsageError(fmt::format("--{}: got '{}', expected one of {}", Words<E>::kFlag, text, choices));
}

void check_positive(std::string_view flag, int64_t value, int64_t limit) {
  if (value >= 1 && value <= limit) return;
  throw UsageError(fmt::format("--{}: got {}, expected a whole number from 1 to {}", flag, value, limit));
}

void check_number(std::string_view flag, double value, double low, double high) {
  if (value >= low && value <= high) return;  // NaN is neither
  throw UsageError(fmt::format("--{}: got {}, expected a number from {} to {}", flag, value, low, high));
}

}  // namespace

std::string_view name(Family family) { return word_of(family); }
std::string_view name(Norm norm) { return word_of(norm); }
std::string_view name(NormPlacement placement) { return word_of(placement); }
std::string_view name(Position position) { return word_of(position); }
std::string_view name(FeedForwardKind activation) { return word_of(activation); }
Family parse_family(std::string_view text) { return parse_word<Family>(text); }
Norm parse_norm(std::string_view text) { return parse_word<Norm>(text); }
NormPlacement parse_norm_placement(std::string_view text) { return parse_word<NormPlacement>(text); }
Position parse_position(std::string_view text) { return parse_word<Position>(text); }
FeedForwardKind parse_activation(std::string_view text) { return parse_word<FeedForwardKind>(text); }

DecoderConfig family_defaults(Family family) {
  DecoderConfig config;
  config.family = family;
  if (family == Family::kClassic) return config;
  config.norm_placement = NormPlacement::kPre;
  config.has_output_bias = false;
  if (family == Family::kGpt2) {
    config.activation = FeedForwardKind::kGeluTanh;
    config.tie_embeddings = true;
    return config;
  }
  config.norm = Norm::kRms;
  config.position = Position::kRope;
  config.activation = FeedForwardKind::kSwiglu;
  config.has_bias = false;
  return config;
}

void validate(const DecoderConfig& config) {
  constexpr int64_t kMaxDim = 1 << 20, kMaxLayers = 1024, kMaxVocab = 1 << 24, kMaxLength = 1 << 22;
  check_positive("vocab_size", config.vocab_size, kMaxVocab);
  check_positive("embed_dim", config.embed_dim, kMaxDim);
  check_positive("num_heads", config.num_heads, kMaxDim);
  check_positive("num_kv_heads", config.num_kv_heads, kMaxDim);
  check_positive("head_dim", config.head_dim, kMaxDim);
  check_positive("num_layers", config.num_layers, kMaxLayers);
  check_positive("hidden_dim", config.hidden_dim, kMaxDim);
  check_positive("max_seq_len", config.max_seq_len, kMaxLength);
  check_number("norm_eps", config.norm_eps, 0, 1);
  check_number("rope_theta", config.rope_theta, 1, 1e12);
  if (config.num_heads > kMaxDim / config.head_dim) {
    throw UsageError(fmt::format("--num_heads {} of --head_dim {} are {} wide together, expected at most {}",
                                 config.num_heads, config.head_dim, config.num_heads * config.head_dim, kMaxDim));
  }
  if (config.num_heads % config.num_kv_heads != 0) {
    throw UsageError(fmt::format("--num_kv_heads: {} does not divide --num_heads {}; use a divisor of it",
                                 config.num_kv_heads, config.num_heads));
  }
  if (config.position == Position::kRope && config.head_dim % 2 != 0) {
    throw UsageError(
        fmt::format("--position rope: needs an even width per head, got {} (--embed_dim {} / --num_heads {})",
                    config.head_dim, config.embed_dim, config.num_heads));
  }
  if (config.tie_embeddings && config.has_output_bias) {
    throw UsageError("--tie_embeddings: a tied output layer has no bias; leave --output_bias out");
  }
  if (!(config.dropout >= 0.0 && config.dropout < 1.0)) {
    throw UsageError(fmt::format("--dropout: got {}, expected a number from 0 to below 1", config.dropout));
  }
}

int64_t num_parameters(const DecoderConfig& config) {
  const int64_t dim = config.embed_dim, hidden = config.hidden_dim, bias = config.has_bias ? 1 : 0;
  const int64_t norm = dim * (1 + (config.norm == Norm::kLayer ? bias : 0));
  const int64_t query_dim = config.num_heads * config.head_dim, kv_dim = config.num_kv_heads * config.head_dim;
  const int64_t inner = config.activation == FeedForwardKind::kSwiglu ? 2 * hidden : hidden;
  const int64_t attention =
      (query_dim + 2 * kv_dim) * (dim + bias) + dim * (query_dim + bias) + (config.qk_norm ? 2 * config.head_dim : 0);
  const int64_t feed_forward = inner * (dim + bias) + dim * (hidden + bias);
  const int64_t final_norm = config.norm_placement == NormPlacement::kPre ? norm : 0;
  const int64_t positions = config.position == Position::kLearned ? config.max_seq_len * dim : 0;
  const int64_t output = config.tie_embeddings ? 0 : config.vocab_size * (dim + (config.has_output_bias ? 1 : 0));
  return config.vocab_size * dim + positions + config.num_layers * (attention + feed_forward + 2 * norm) + final_norm +
         output;
}

double training_flops_per_token(const DecoderConfig& config, int64_t seq_len) {
  const auto dim = static_cast<double>(config.embed_dim), hidden = static_cast<double>(config.hidden_dim);
  const auto query_dim = static_cast<double>(config.num_heads * config.head_dim);
  const auto kv_dim = static_cast<double>(config.num_kv_heads * config.head_dim);
  const double feed_forward = dim * hidden * (config.activation == FeedForwardKind::kSwiglu ? 3 : 2);
  const double block_weights = dim * (2 * query_dim + 2 * kv_dim) + feed_forward;
  const double attention = 6.0 * query_dim * static_cast<double>(seq_len);  // 2 products, 3 passes, half of T each
  return static_cast<double>(config.num_layers) * (6.0 * block_weights + attention) +
         6.0 * static_cast<double>(config.vocab_size) * dim;
}

}  // namespace slm::models
