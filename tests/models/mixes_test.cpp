// Mixes of what the families differ in: each must be the model that its flags describe, and learn, generate and be kept
// as the families are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/dull_decoder.h"
#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/core/philox.h"
#include "slm/formats/model_folder.h"
#include "slm/formats/safetensors.h"
#include "slm/formats/state_dict.h"
#include "slm/nn/kv_cache.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::models {
namespace {

constexpr int64_t kVocab = 17, kBatch = 2, kLength = 7;
constexpr int kNumMixes = 60;

// A choice for each part, drawn by lot: over all mixes, every pair of choices comes together.
DecoderConfig mix(uint64_t index) {
  const RandomStream random{.seed = 1, .stream = 0x3157, .step = 0};
  uint64_t draw = 16 * index;
  const auto choice = [&](uint32_t count) { return random.word(draw++) % count; };
  DecoderConfig config;
  config.family = static_cast<Family>(choice(3));
  config.norm = static_cast<Norm>(choice(2));
  config.norm_placement = static_cast<NormPlacement>(choice(2));
  config.position = static_cast<Position>(choice(2));
  config.activation = static_cast<FeedForwardKind>(choice(6));
  config.has_bias = choice(2) == 1;
  config.tie_embeddings = choice(2) == 1;
  config.has_output_bias = !config.tie_embeddings && choice(2) == 1;
  config.qk_norm = choice(2) == 1;
  config.num_heads = 4;
  config.num_kv_heads = int64_t{1} << choice(3);
  config.head_dim = choice(2) == 1 ? 3 : 6;
  if (config.position == Position::kRope) config.head_dim = 6;
  config.embed_dim = 12;
  config.hidden_dim = 10;
  config.num_layers = 2;
  config.vocab_size = kVocab;
  config.max_seq_len = kLength + 2;
  return config;
}

// With no bias of zero and no norm's weight of one.
std::unique_ptr<Decoder> make_model(const DecoderConfig& config, uint64_t seed) {
  auto model = std::make_unique<Decoder>(config, nn::ComputeType::kFloat64, seed);
  for (const nn::Parameter* parameter : model->parameters()) {
    const Tensor moves = test::normal_inputs(parameter->master.shape(), DType::kFloat64, ++seed);
    for (int64_t i = 0; i < moves.num_elements(); ++i)
      parameter->master.data<double>()[i] += 0.3 * moves.data<double>()[i];
  }
  return model;
}

Tensor tokens_of(uint64_t seed) { return test::random_ids({kBatch, kLength}, kVocab, seed); }

// Every fifth token has no target.
Tensor targets_of(uint64_t seed) {
  const Tensor targets = test::random_ids({kBatch, kLength}, kVocab, seed);
  for (int64_t i = 2; i < targets.num_elements(); i += 5) targets.data<int32_t>()[i] = -1;
  return targets;
}

Tensor logits_of(const Decoder& model, const Tensor& tokens) {
  return model.logits(model.hidden_states(tokens, {.is_training = true}));
}

Tensor dull_logits_of(const Decoder& model, const Tensor& tokens) {
  std::vector<double> all;
  for (int64_t b = 0; b < kBatch; ++b) {
    const std::vector<double> one = test::dull_logits(model, tokens.slice(b, 1).span<int32_t>());
    all.insert(all.end(), one.begin(), one.end());
  }
  return Tensor::from<double>(all, {kBatch, kLength, kVocab});
}

double cross_entropy(const Tensor& logits, const Tensor& targets) {
  double sum = 0;
  for (int64_t row = 0; row < targets.num_elements(); ++row) {
    const int32_t target = targets.data<int32_t>()[row];
    if (target < 0) continue;
    const double* const of_row = logits.data<double>() + row * kVocab;
    double total = 0;
    for (int64_t v = 0; v < kVocab; ++v) total += std::exp(of_row[v]);
    sum += std::log(total) - of_row[target];
  }
  return sum;
}

// Calls check(configuration, index) for each mix, and names the mix in what fails.
template <class Check>
void for_each_mix(Check&& check) {
  for (uint64_t index = 0; index < kNumMixes; ++index) {
    const DecoderConfig config = mix(index);
    SCOPED_TRACE(formats::to_json(config));
    check(config, index);
  }
}

TEST(Mixes, ComputeWhatTheirFlagsSay) {
  for_each_mix([](const DecoderConfig& config, uint64_t index) {
    const auto model = make_model(config, index);
    const Tensor tokens = tokens_of(index), targets = targets_of(index + 500);
    const Tensor want = dull_logits_of(*model, tokens);
    EXPECT_TRUE(test::close(logits_of(*model, tokens), want, 1e-11));
    const double want_loss = cross_entropy(want, targets);
    EXPECT_NEAR(model->loss(tokens, targets, {}, {}).loss_sum, want_loss, 1e-11 * want_loss);
    int64_t count = 0;
    for (const nn::Parameter* parameter : model->parameters()) count += parameter->master.num_elements();
    EXPECT_EQ(num_parameters(config), count);
  });
}

// Along a random direction in each parameter. The step of 1e-6 leaves about 1e-10 of the loss's rounding in a slope.
TEST(Mixes, HaveTheGradientsOfTheirLoss) {
  for_each_mix([](const DecoderConfig& config, uint64_t index) {
    const auto model = make_model(config, index);
    const Tensor tokens = tokens_of(index), targets = targets_of(index + 500);
    const auto loss = [&] { return model->loss(tokens, targets, {.scale = 0.1}, {.is_training = true}); };
    {
      Tape tape;
      tape.backward(loss().loss);
    }
    for (const nn::Parameter* parameter : model->parameters()) {
      const Tensor direction = test::normal_inputs(parameter->master.shape(), DType::kFloat64, index);
      const Tensor gradient = parameter->variable.grad();
      ASSERT_TRUE(gradient) << parameter->name;
      double slope = 0;
      for (int64_t i = 0; i < direction.num_elements(); ++i) {
        slope += direction.data<double>()[i] * gradient.data<double>()[i];
      }
      const Tensor at = parameter->master.clone();
      const auto loss_at = [&](double step) {
        for (int64_t i = 0; i < at.num_elements(); ++i) {
          parameter->master.data<double>()[i] = at.data<double>()[i] + step * direction.data<double>()[i];
        }
        return loss().loss_sum * 0.1;
      };
      const double want = (loss_at(1e-6) - loss_at(-1e-6)) / 2e-6;
      parameter->master.copy_from(at);
      EXPECT_NEAR(slope, want, 1e-6 * std::abs(want) + 1e-8) << parameter->name;
    }
  });
}

TEST(Mixes, GiveTheSameLogitsTokenByToken) {
  for_each_mix([](const DecoderConfig& config, uint64_t index) {
    const auto model = make_model(config, index);
    const Tensor tokens = tokens_of(index), want = logits_of(*model, tokens);
    nn::KvCache cache(kBatch);
    for (int64_t t = 0; t < kLength; ++t) {
      const Tensor column = Tensor::empty({kBatch, 1}, DType::kInt32);
      const Tensor want_now = Tensor::empty({kBatch, 1, kVocab}, DType::kFloat64);
      for (int64_t b = 0; b < kBatch; ++b) {
        column.data<int32_t>()[b] = tokens.data<int32_t>()[b * kLength + t];
        want_now.slice(b, 1).copy_from(want.slice(b, 1).reshape({kLength, kVocab}).slice(t, 1).reshape({1, 1, kVocab}));
      }
      const Tensor got = model->logits(model->hidden_states(column, {.cache = &cache}));
      EXPECT_TRUE(test::close(got, want_now, 1e-11)) << "token " << t;
    }
  });
}

TEST(Mixes, RefuseMoreTokensThanTheyHavePositions) {
  for_each_mix([](const DecoderConfig& config, uint64_t index) {
    const auto model = make_model(config, index);
    const Tensor tokens = test::random_ids({1, config.max_seq_len + 1}, kVocab, index);
    EXPECT_NO_THROW(model->hidden_states(tokens.reshape({config.max_seq_len + 1, 1}), {}));
    try {
      model->hidden_states(tokens, {});
      ADD_FAILURE() << "accepted";
    } catch (const ShapeError& error) {
      EXPECT_NE(std::string(error.what()).find("got position 9, expected 0 to 8: the sequence is longer"),
                std::string::npos)
          << error.what();
    }
  });
}

TEST(Mixes, AreTheSameModelAfterSavingAndLoading) {
  for_each_mix([](const DecoderConfig& config, uint64_t index) {
    const auto model = make_model(config, index);
    const auto aliases = index % 2 == 0 ? formats::Aliases::kInclude : formats::Aliases::kLeaveOut;
    storage::MemorySink kept;
    formats::write_safetensors(kept, formats::state_dict(model->parameters(), aliases), {});
    EXPECT_EQ(formats::parse_decoder_config(formats::to_json(config), "config.json"), config);
    Decoder loaded(config, nn::ComputeType::kFloat64, /*seed=*/0);
    const auto bytes = std::as_bytes(std::span(kept.content()));
    formats::load_state_dict(*formats::parse_safetensors("model.safetensors", bytes, nullptr), loaded.parameters());
    const Tensor tokens = tokens_of(index);
    EXPECT_TRUE(test::same_bits(logits_of(loaded, tokens), logits_of(*model, tokens)));
  });
}

}  // namespace
}  // namespace slm::models
