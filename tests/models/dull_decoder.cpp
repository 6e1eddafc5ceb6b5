#include "models/dull_decoder.h"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace slm::test {
namespace {

using models::DecoderConfig;
using models::FeedForwardKind;

using Row = std::vector<double>;
using Rows = std::vector<Row>;  // one per token

struct Affine {
  const double* weight = nullptr;  // (out, in)
  const double* bias = nullptr;
  size_t out = 0, in = 0;

  Row operator()(const Row& x) const {
    Row y(out, 0.0);
    for (size_t o = 0; o < out; ++o) {
      if (bias != nullptr) y[o] = bias[o];
      for (size_t i = 0; i < in; ++i) y[o] += weight[o * in + i] * x[i];
    }
    return y;
  }
};

// Takes the model's parameters in their order, each of a size that the caller knows.
class Parameters {
 public:
  explicit Parameters(const models::Decoder& model) : all_(model.parameters()) {}

  const double* next(size_t size) {
    const Tensor& master = all_.at(at_++)->master;
    if (std::cmp_not_equal(master.num_elements(), size)) throw std::logic_error(all_[at_ - 1]->name + ": size");
    return master.data<double>();
  }
  Affine affine(size_t out, size_t in, bool has_bias) {
    const double* const weight = next(out * in);
    return {weight, has_bias ? next(out) : nullptr, out, in};
  }
  bool are_all_taken() const { return at_ == all_.size(); }

 private:
  std::vector<nn::Parameter*> all_;
  size_t at_ = 0;
};

// Ba et al., arXiv:1607.06450; Zhang and Sennrich, arXiv:1910.07467.
struct Norm {
  const double* weight = nullptr;
  const double* bias = nullptr;
  bool is_rms = false;
  double eps = 0;

  Row operator()(const Row& x) const {
    const auto count = static_cast<double>(x.size());
    double mean = 0, square = 0;
    for (const double value : x) mean += is_rms ? 0 : value / count;
    for (const double value : x) square += (value - mean) * (value - mean) / count;
    Row y(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      y[i] = (x[i] - mean) / std::sqrt(square + eps) * weight[i] + (bias != nullptr ? bias[i] : 0);
    }
    return y;
  }
};

Norm next_norm(Parameters& parameters, const DecoderConfig& config) {
  const bool is_rms = config.norm == models::Norm::kRms;
  const auto dim = static_cast<size_t>(config.embed_dim);
  const double* const weight = parameters.next(dim);
  return {weight, config.has_bias && !is_rms ? parameters.next(dim) : nullptr, is_rms, config.norm_eps};
}

Row sum(const Row& a, const Row& b) {
  Row c(a);
  for (size_t i = 0; i < c.size(); ++i) c[i] += b[i];
  return c;
}

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

double activate(FeedForwardKind kind, double z) {
  switch (kind) {
    case FeedForwardKind::kRelu:
      return z > 0 ? z : 0;
    case FeedForwardKind::kReluSquared:
      return z > 0 ? z * z : 0;
    case FeedForwardKind::kGeluErf:
      return z * 0.5 * std::erfc(-z / std::sqrt(2.0));
    case FeedForwardKind::kGeluTanh:
      return z * sigmoid(2 * std::sqrt(2 / std::acos(-1.0)) * (z + 0.044715 * z * z * z));
    default:
      return z * sigmoid(z);
  }
}

struct Attention {
  DecoderConfig config;
  Affine qkv, output;
  const double* q_norm = nullptr;
  const double* k_norm = nullptr;

  // Head `index` of a row, normalized and turned as queries and keys are.
  Row query_or_key(const Row& row, size_t index, size_t position, const double* norm) const {
    const auto size = static_cast<size_t>(config.head_dim);
    const auto begin = row.begin() + static_cast<std::ptrdiff_t>(index * size);
    Row head(begin, begin + static_cast<std::ptrdiff_t>(size));
    if (norm != nullptr) head = Norm{norm, nullptr, true, config.norm_eps}(head);
    if (config.position != models::Position::kRope) return head;
    Row turned(size);
    for (size_t i = 0; i < size / 2; ++i) {
      const double angle = static_cast<double>(position) /
                           std::pow(config.rope_theta, 2.0 * static_cast<double>(i) / static_cast<double>(size));
      turned[i] = head[i] * std::cos(angle) - head[i + size / 2] * std::sin(angle);
      turned[i + size / 2] = head[i] * std::sin(angle) + head[i + size / 2] * std::cos(angle);
    }
    return turned;
  }

  Rows operator()(const Rows& x) const {
    const auto heads = static_cast<size_t>(config.num_heads), groups = static_cast<size_t>(config.num_kv_heads);
    const auto size = static_cast<size_t>(config.head_dim);
    Rows packed, result;
    for (const Row& row : x) packed.push_back(qkv(row));
    for (size_t t = 0; t < x.size(); ++t) {
      Row joined(heads * size, 0.0);
      for (size_t h = 0; h < heads; ++h) {
        const size_t group = h * groups / heads;
        const Row query = query_or_key(packed[t], h, t, q_norm);
        double total = 0;
        for (size_t past = 0; past <= t; ++past) {
          const Row key = query_or_key(packed[past], heads + group, past, k_norm);
          double product = 0;
          for (size_t e = 0; e < size; ++e) product += query[e] * key[e];
          const double weight = std::exp(product / std::sqrt(static_cast<double>(size)));
          total += weight;
          for (size_t e = 0; e < size; ++e) {
            joined[h * size + e] += weight * packed[past][(heads + groups + group) * size + e];
          }
        }
        for (size_t e = 0; e < size; ++e) joined[h * size + e] /= total;
      }
      result.push_back(output(joined));
    }
    return result;
  }
};

struct FeedForward {
  FeedForwardKind kind;
  Affine up, down;

  Row operator()(const Row& x) const {
    const Row z = up(x);
    Row hidden(down.in);
    for (size_t i = 0; i < hidden.size(); ++i) {
      hidden[i] = activate(kind, z[i]) * (kind == FeedForwardKind::kSwiglu ? z[hidden.size() + i] : 1);
    }
    return down(hidden);
  }
};

struct Block {
  Attention attention;
  Norm attention_norm;
  FeedForward feed_forward;
  Norm feed_forward_norm;

  Rows operator()(Rows x) const {
    if (attention.config.norm_placement == models::NormPlacement::kPost) {
      const Rows branch = attention(x);
      for (size_t t = 0; t < x.size(); ++t) {
        x[t] = attention_norm(sum(x[t], branch[t]));
        x[t] = feed_forward_norm(sum(x[t], feed_forward(x[t])));
      }
      return x;
    }
    Rows normalized;
    for (const Row& row : x) normalized.push_back(attention_norm(row));
    const Rows branch = attention(normalized);
    for (size_t t = 0; t < x.size(); ++t) {
      x[t] = sum(x[t], branch[t]);
      x[t] = sum(x[t], feed_forward(feed_forward_norm(x[t])));
    }
    return x;
  }
};

Block next_block(Parameters& parameters, const DecoderConfig& config) {
  const auto dim = static_cast<size_t>(config.embed_dim), hidden = static_cast<size_t>(config.hidden_dim);
  const auto head_dim = static_cast<size_t>(config.head_dim);
  const size_t query = static_cast<size_t>(config.num_heads) * head_dim;
  const size_t kv = static_cast<size_t>(config.num_kv_heads) * head_dim;
  const size_t rows_up = config.activation == FeedForwardKind::kSwiglu ? 2 * hidden : hidden;
  Attention attention{.config = config, .qkv = {}, .output = {}};
  attention.qkv = parameters.affine(query + 2 * kv, dim, config.has_bias);
  attention.output = parameters.affine(dim, query, config.has_bias);
  if (config.qk_norm) {
    attention.q_norm = parameters.next(head_dim);
    attention.k_norm = parameters.next(head_dim);
  }
  const Norm attention_norm = next_norm(parameters, config);
  const Affine up = parameters.affine(rows_up, dim, config.has_bias);
  const Affine down = parameters.affine(dim, hidden, config.has_bias);
  return {attention, attention_norm, {config.activation, up, down}, next_norm(parameters, config)};
}

}  // namespace

std::vector<double> dull_logits(const models::Decoder& model, std::span<const int32_t> tokens) {
  const DecoderConfig& config = model.config();
  const auto dim = static_cast<size_t>(config.embed_dim), vocab = static_cast<size_t>(config.vocab_size);
  Parameters parameters(model);
  const double* const embedding = parameters.next(vocab * dim);
  const bool has_positions = config.position == models::Position::kLearned;
  const double* const positions =
      has_positions ? parameters.next(static_cast<size_t>(config.max_seq_len) * dim) : nullptr;
  Rows x;
  for (size_t t = 0; t < tokens.size(); ++t) {
    Row row(dim);
    for (size_t i = 0; i < dim; ++i) {
      row[i] = embedding[static_cast<size_t>(tokens[t]) * dim + i] + (has_positions ? positions[t * dim + i] : 0);
    }
    x.push_back(row);
  }
  for (int64_t layer = 0; layer < config.num_layers; ++layer) x = next_block(parameters, config)(x);
  if (config.norm_placement == models::NormPlacement::kPre) {
    const Norm norm = next_norm(parameters, config);
    for (Row& row : x) row = norm(row);
  }
  const Affine output = config.tie_embeddings ? Affine{embedding, nullptr, vocab, dim}
                                              : parameters.affine(vocab, dim, config.has_output_bias);
  if (!parameters.are_all_taken()) throw std::logic_error("the model has more parameters than its configuration says");
  std::vector<double> logits;
  for (const Row& row : x) {
    const Row of_token = output(row);
    logits.insert(logits.end(), of_token.begin(), of_token.end());
  }
  return logits;
}

}  // namespace slm::test
