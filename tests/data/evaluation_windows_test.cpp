#include "slm/data/evaluation_windows.h"

#include <gtest/gtest.h>

#include <numeric>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

TokenSource counting(int32_t size) {
  std::vector<int32_t> ids(static_cast<size_t>(size));
  std::iota(ids.begin(), ids.end(), 0);
  return TokenSource(std::move(ids), "numbers");
}

TEST(EvaluationWindows, ScoreEveryTokenButTheFirstOnce) {
  for (const int32_t num_tokens : {2, 10, 11, 12, 81, 82, 101}) {
    for (const int64_t world_size : {1, 3}) {
      std::vector<int> scored(static_cast<size_t>(num_tokens));
      int64_t num_targets = 0;
      for (int64_t rank = 0; rank < world_size; ++rank) {
        const EvaluationWindows windows(
            counting(num_tokens), {.seq_len = 10, .batch_size = 4, .vocab_size = 1000, .rank = {rank, world_size}});
        EXPECT_EQ(windows.num_targets(), num_tokens - 1);
        for (int64_t b = 0; b < windows.num_batches(); ++b) {
          const Batch batch = windows.batch(b);
          num_targets += batch.num_targets;
          for (size_t i = 0; i < batch.targets.size(); ++i) {
            if (batch.targets[i] == kIgnoredTarget) {
              EXPECT_EQ(batch.tokens[i], 0);
              continue;
            }
            EXPECT_EQ(batch.targets[i], batch.tokens[i] + 1);
            ++scored[static_cast<size_t>(batch.targets[i])];
          }
        }
      }
      EXPECT_EQ(num_targets, num_tokens - 1);
      EXPECT_EQ(scored[0], 0);
      for (size_t i = 1; i < scored.size(); ++i) EXPECT_EQ(scored[i], 1) << i << " of " << num_tokens;
    }
  }
}

TEST(EvaluationWindows, RanksAgreeOnTheTargetsOfABatch) {
  for (int64_t b = 0; b < 3; ++b) {
    int64_t sum = 0, global = 0;
    for (int64_t rank = 0; rank < 3; ++rank) {
      const Batch batch =
          EvaluationWindows(counting(96), {.seq_len = 10, .batch_size = 4, .vocab_size = 96, .rank = {rank, 3}})
              .batch(b);
      sum += batch.num_targets;
      global = batch.global_num_targets;
    }
    EXPECT_EQ(sum, global);
  }
}

TEST(EvaluationWindows, CountTheBytesOfTheirTargets) {
  const auto lengths = std::make_shared<const std::vector<int32_t>>(std::vector<int32_t>{5, 1, 2});
  const TokenSource source = TokenSource(std::vector<uint8_t>{0, 1, 2, 2}, "x").with_text(10, lengths);
  EXPECT_EQ(EvaluationWindows(source, {.vocab_size = 3}).target_bytes(), 5);
  EXPECT_FALSE(EvaluationWindows(counting(5), {.vocab_size = 5}).target_bytes());
}

TEST(EvaluationWindows, RefuseASourceWithoutATarget) {
  EXPECT_EQ(test::message_of<Error>([] { EvaluationWindows(counting(1), {.vocab_size = 5}); }),
            "numbers: 1 tokens to evaluate on are too few, expected at least 2: use more data");
  EXPECT_THROW(EvaluationWindows(counting(5), {.seq_len = 0, .vocab_size = 5}), UsageError);
}

}  // namespace
}  // namespace slm::data
