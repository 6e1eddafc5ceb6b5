#include "slm/train/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "train/small_run.h"

namespace slm::train {
namespace {

// Scores each window by the whole logits, in fp64.
Evaluation by_logits(const models::Decoder& model, const data::TokenSource& source) {
  const int64_t length = model.config().max_seq_len, vocab = model.config().vocab_size;
  Evaluation sum;
  int64_t num_correct = 0;
  for (int64_t begin = 0; begin + 1 < source.size(); begin += length) {
    const int64_t count = std::min(length, source.size() - 1 - begin);
    const Tensor tokens = Tensor::empty({1, count}, DType::kInt32);
    source.copy(begin, tokens.span<int32_t>());
    const Tensor logits = model.logits(model.hidden_states(tokens, {})).to(DType::kFloat64);
    for (int64_t t = 0; t < count; ++t) {
      const double* row = logits.data<double>() + t * vocab;
      const int64_t target = source[begin + t + 1];
      double exponentials = 0;
      for (int64_t v = 0; v < vocab; ++v) exponentials += std::exp(row[v]);
      sum.loss += std::log(exponentials) - row[target];
      num_correct += std::max_element(row, row + vocab) == row + target;
      ++sum.num_targets;
    }
  }
  sum.loss /= static_cast<double>(sum.num_targets);
  sum.accuracy = static_cast<double>(num_correct) / static_cast<double>(sum.num_targets);
  return sum;
}

TEST(Evaluator, ScoresEveryTokenButTheFirstOnce) {
  const models::Decoder model(test::small_config(), nn::ComputeType::kFloat32, 3);
  for (const int64_t size : {2, 8, 9, 10, 61}) {
    const data::TokenSource source = test::small_tokens(size);
    const Evaluation want = by_logits(model, source);
    const Evaluation got = Evaluator(source, model.config(), /*batch_size=*/3).evaluate(model);
    EXPECT_EQ(got.num_targets, size - 1);
    EXPECT_NEAR(got.loss, want.loss, 1e-5) << size << " tokens";
    EXPECT_NEAR(got.perplexity, std::exp(want.loss), 1e-4);
    EXPECT_EQ(got.accuracy, want.accuracy);
    EXPECT_FALSE(got.bits_per_byte.has_value());
  }
}

TEST(Evaluator, CountsBitsPerByteOfTheTextBehindTheTargets) {
  const models::Decoder model(test::small_config(), nn::ComputeType::kFloat32, 3);
  // Every id spells three bytes.
  const auto lengths = std::make_shared<const std::vector<int32_t>>(13, 3);
  const data::TokenSource source = test::small_tokens(50).with_text(150, lengths);
  const Evaluation evaluation = Evaluator(source, model.config(), 4).evaluate(model);
  ASSERT_TRUE(evaluation.bits_per_byte.has_value());
  EXPECT_NEAR(*evaluation.bits_per_byte, evaluation.loss / std::numbers::ln2 / 3, 1e-9);
}

}  // namespace
}  // namespace slm::train
