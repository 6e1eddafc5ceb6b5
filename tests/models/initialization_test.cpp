// What each parameter of a new model is drawn from, part by part, against the reference implementations' rules.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "slm/models/decoder.h"
#include "slm/nn/parameter_part.h"
#include "support/close.h"

namespace slm::models {
namespace {

constexpr int64_t kDim = 64, kHidden = 96, kLayers = 3;

enum class Law { kConstant, kNormal, kUniform };

// What the parts whose names contain `name` hold: a constant, a normal deviation, or a uniform bound.
struct Rule {
  std::string name;
  Law law;
  double value;
};

DecoderConfig config_of(Family family) {
  DecoderConfig config = family_defaults(family);
  config.vocab_size = 300;
  config.embed_dim = kDim;
  config.num_heads = config.num_kv_heads = 4;
  config.head_dim = kDim / 4;
  config.hidden_dim = kHidden;
  config.num_layers = kLayers;
  config.max_seq_len = 50;
  return config;
}

void expect_normal(const std::vector<double>& values, double deviation) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0, within = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
    within += std::abs(value) < deviation ? 1 : 0;
  }
  // Five deviations of each estimate.
  EXPECT_LT(std::abs(sum / count), 5 * deviation / std::sqrt(count));
  EXPECT_NEAR(std::sqrt(squares / count) / deviation, 1, 5 / std::sqrt(2 * count));
  EXPECT_NEAR(within / count, std::erf(1 / std::sqrt(2.0)), 5 * std::sqrt(0.68 * 0.32 / count));
}

void expect_uniform(const std::vector<double>& values, double bound) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double gap = 2 * bound * 15 / count;  // the outermost 15 / count of the range is empty once in e^15 models
  EXPECT_GE(*low, -bound);
  EXPECT_LT(*low, -bound + gap);
  EXPECT_LE(*high, bound);
  EXPECT_GT(*high, bound - gap);
  EXPECT_LT(std::abs(sum / count), 5 * bound / std::sqrt(3 * count));
}

void expect_rules(const DecoderConfig& config, const std::vector<Rule>& rules) {
  const Decoder model(config, nn::ComputeType::kFloat64, /*seed=*/11);
  for (const nn::Parameter* parameter : model.parameters()) {
    for (const nn::ParameterPart& part : parameter->parts) {
      SCOPED_TRACE(part.name);
      const auto rule = std::find_if(rules.begin(), rules.end(), [&part](const Rule& candidate) {
        return part.name.find(candidate.name) != std::string::npos;
      });
      ASSERT_NE(rule, rules.end());
      const Tensor tensor = nn::extract_part(parameter->master, part);
      const std::vector<double> values(tensor.span<double>().begin(), tensor.span<double>().end());
      if (rule->law == Law::kNormal) expect_normal(values, rule->value);
      if (rule->law == Law::kUniform) expect_uniform(values, rule->value);
      if (rule->law == Law::kConstant) {
        EXPECT_EQ(values, std::vector<double>(values.size(), rule->value));
      }
    }
  }
}

// torch.nn.TransformerEncoderLayer, nn.Embedding and nn.Linear. MultiheadAttention's in_proj_weight is (3D, D) and
// Xavier uniform, its biases are zero; Linear's weight is kaiming_uniform_(a=sqrt(5)), which is uniform within sqrt(6 /
// ((1 + 5) * fan_in)), its bias uniform within 1 / sqrt(fan_in).
TEST(Initialization, ClassicIsThatOfTorchModules) {
  const double of_dim = 1 / std::sqrt(kDim), of_hidden = 1 / std::sqrt(kHidden);
  expect_rules(config_of(Family::kClassic), {{"in_proj_weight", Law::kUniform, std::sqrt(6.0 / (3 * kDim + kDim))},
                                             {"in_proj_bias", Law::kConstant, 0},
                                             {"out_proj.bias", Law::kConstant, 0},
                                             {"out_proj.weight", Law::kUniform, of_dim},
                                             {"linear1", Law::kUniform, of_dim},
                                             {"linear2", Law::kUniform, of_hidden},
                                             {"norm1.weight", Law::kConstant, 1},
                                             {"norm2.weight", Law::kConstant, 1},
                                             {"norm1.bias", Law::kConstant, 0},
                                             {"norm2.bias", Law::kConstant, 0},
                                             {"output_layer", Law::kUniform, of_dim},
                                             {"embedding.weight", Law::kNormal, 1}});
}

// GPT2PreTrainedModel._init_weights: initializer_range 0.02, and each c_proj.weight by 1 / sqrt(2 * n_layer) of that.
TEST(Initialization, Gpt2IsThatOfTransformers) {
  expect_rules(config_of(Family::kGpt2), {{"bias", Law::kConstant, 0},
                                          {"c_proj.weight", Law::kNormal, 0.02 / std::sqrt(2.0 * kLayers)},
                                          {"ln_", Law::kConstant, 1},
                                          {"c_attn.weight", Law::kNormal, 0.02},
                                          {"c_fc.weight", Law::kNormal, 0.02},
                                          {"wte.weight", Law::kNormal, 0.02},
                                          {"wpe.weight", Law::kNormal, 0.02},
                                          {"lm_head.weight", Law::kNormal, 0.02}});
}

// LlamaPreTrainedModel and Qwen3PreTrainedModel: initializer_range 0.02 for every matrix.
TEST(Initialization, LlamaIsThatOfTransformers) {
  DecoderConfig config = config_of(Family::kLlama);
  config.num_kv_heads = 2;
  config.qk_norm = true;
  expect_rules(config, {{"norm", Law::kConstant, 1}, {"weight", Law::kNormal, 0.02}});
}

TEST(Initialization, WhatOnlyAMixHasFollowsItsFamily) {
  DecoderConfig tied = config_of(Family::kClassic);
  tied.tie_embeddings = true;
  tied.has_output_bias = false;
  const Decoder model(tied, nn::ComputeType::kFloat64, /*seed=*/3);
  const auto token_embedding = model.parameters()[0]->master.span<double>();
  expect_normal({token_embedding.begin(), token_embedding.end()}, 1 / std::sqrt(kDim));

  DecoderConfig biased = config_of(Family::kLlama);
  biased.has_bias = biased.has_output_bias = true;
  biased.position = Position::kLearned;
  biased.norm = Norm::kLayer;
  expect_rules(biased, {{"bias", Law::kConstant, 0}, {"norm", Law::kConstant, 1}, {"weight", Law::kNormal, 0.02}});
}

TEST(Initialization, EveryMatrixHasNumbersOfItsOwnThatDependOnTheSeedAlone) {
  const auto matrices = [](uint64_t seed) {
    const Decoder model(config_of(Family::kClassic), nn::ComputeType::kFloat32, seed);
    std::vector<Tensor> found;
    for (const nn::Parameter* parameter : model.parameters()) {
      if (parameter->master.shape().rank() == 2) found.push_back(parameter->master);
    }
    return found;
  };
  const std::vector<Tensor> first = matrices(1), again = matrices(1), other = matrices(2);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(test::same_bits(first[i], again[i])) << i;
    EXPECT_FALSE(test::same_bits(first[i], other[i])) << i;
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NE(first[i].data<float>()[0], first[j].data<float>()[0]) << i << " and " << j;
    }
  }
}

}  // namespace
}  // namespace slm::models
