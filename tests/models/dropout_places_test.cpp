// Where each family drops elements while it trains, and that it drops none otherwise.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "slm/autograd/tape.h"
#include "slm/models/decoder.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::models {
namespace {

constexpr double kProbability = 0.25;
constexpr int64_t kBatch = 60, kLength = 4, kHeads = 4;

DecoderConfig config_of(Family family, double dropout) {
  DecoderConfig config = family_defaults(family);
  config.vocab_size = 20;
  config.embed_dim = 32;
  config.num_heads = config.num_kv_heads = kHeads;
  config.head_dim = 8;
  config.hidden_dim = 24;
  config.num_layers = 2;
  config.max_seq_len = kLength;
  config.dropout = dropout;
  return config;
}

struct Step {
  std::string op;
  Tensor y, x;
};

// The ops of a forward pass in their order, each with its main output and input.
std::vector<Step> record_forward(const Decoder& model, const nn::ForwardContext& context) {
  std::vector<Step> steps;
  Tape tape;
  tape.observe_outputs([&](std::string_view op, std::span<const Variable> ys, std::span<const Variable> xs) {
    steps.push_back({std::string(op), ys.back().value(), xs[0].value()});
  });
  const Tensor tokens = test::random_ids({kBatch, kLength}, 20, /*seed=*/1);
  const Tensor targets = test::random_ids({kBatch, kLength}, 20, /*seed=*/2);
  model.loss(tokens, targets, {}, context);
  return steps;
}

std::string names_of(const std::vector<Step>& steps) {
  std::vector<std::string> names;
  for (const Step& step : steps) names.push_back(step.op);
  return fmt::format("{}", fmt::join(names, " "));
}

class DropoutPlaces : public testing::TestWithParam<Family> {};

// Attention's output for the first token of a sequence is its value head, times its only attention weight: 1, or with
// dropout 0 or 1 / (1 - p).
void expect_dropped_attention_weights(const Step& attention) {
  const int64_t width = attention.y.shape().back(), head_dim = width / kHeads;
  const double* const y = attention.y.data<double>();
  const double* const qkv = attention.x.data<double>();
  double num_dropped = 0;
  for (int64_t b = 0; b < kBatch; ++b) {
    for (int64_t h = 0; h < kHeads; ++h) {
      const double* const got = y + b * kLength * width + h * head_dim;
      const double* const value = qkv + b * kLength * 3 * width + 2 * width + h * head_dim;
      const bool is_dropped = got[0] == 0;
      num_dropped += is_dropped ? 1 : 0;
      for (int64_t e = 0; e < head_dim; ++e) {
        EXPECT_NEAR(got[e], is_dropped ? 0 : value[e] / (1 - kProbability), 1e-12);
      }
    }
  }
  EXPECT_NEAR(num_dropped / (kBatch * kHeads), kProbability, 0.14);  // five deviations
}

void expect_dropped_elements(const Step& dropout) {
  double num_dropped = 0;
  const auto y = dropout.y.span<double>(), x = dropout.x.span<double>();
  double num_nonzero = 0;  // a ReLU gives zeros of its own
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] == 0) continue;
    ++num_nonzero;
    num_dropped += y[i] == 0 ? 1 : 0;
    if (y[i] == 0) continue;
    EXPECT_NEAR(y[i], x[i] / (1 - kProbability), 1e-12 * std::abs(x[i]));
  }
  EXPECT_NEAR(num_dropped / num_nonzero, kProbability, 5 * std::sqrt(0.1875 / num_nonzero));
}

// torch.nn.TransformerEncoderLayer (norm1(x + dropout1(attention)), norm2(x +
// dropout2(linear2(dropout(relu(linear1)))))); transformers' GPT2Model (drop after the embeddings, resid_dropout at the
// end of attention and of the MLP) and LlamaModel (attention_dropout only).
std::string expected_ops(Family family) {
  const std::string layer = family == Family::kClassic
                                ? "linear attention linear dropout layer_norm linear dropout linear dropout layer_norm "
                            : family == Family::kGpt2
                                ? "layer_norm linear attention linear dropout layer_norm linear linear dropout "
                                : "rms_norm linear rope attention linear rms_norm linear swiglu linear ";
  const std::string first = family == Family::kGpt2 ? "embedding dropout " : "embedding ";
  const std::string last = family == Family::kClassic ? "linear_cross_entropy"
                           : family == Family::kGpt2  ? "layer_norm linear_cross_entropy"
                                                      : "rms_norm linear_cross_entropy";
  return first + layer + layer + last;
}

TEST_P(DropoutPlaces, AreThoseOfTheReferenceImplementationWhileTraining) {
  const Decoder model(config_of(GetParam(), kProbability), nn::ComputeType::kFloat64, /*seed=*/1);
  const std::vector<Step> steps = record_forward(model, {.is_training = true, .seed = 3, .step = 5});
  ASSERT_EQ(names_of(steps), expected_ops(GetParam()));
  for (size_t i = 0; i < steps.size(); ++i) {
    SCOPED_TRACE(i);
    if (steps[i].op == "attention") expect_dropped_attention_weights(steps[i]);
    if (steps[i].op == "dropout") expect_dropped_elements(steps[i]);
  }
}

TEST_P(DropoutPlaces, DropNothingInEvaluation) {
  const Decoder model(config_of(GetParam(), kProbability), nn::ComputeType::kFloat64, /*seed=*/1);
  const Decoder without(config_of(GetParam(), 0), nn::ComputeType::kFloat64, /*seed=*/1);
  const Tensor tokens = test::random_ids({kBatch, kLength}, 20, /*seed=*/1);
  const Tensor got = model.logits(model.hidden_states(tokens, {.seed = 3, .step = 5}));
  EXPECT_TRUE(test::same_bits(got, without.logits(without.hidden_states(tokens, {.is_training = true, .seed = 3}))));
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, DropoutPlaces, testing::Values(Family::kClassic, Family::kGpt2, Family::kLlama),
                         [](const auto& family) { return std::string(name(family.param)); });

}  // namespace
}  // namespace slm::models
