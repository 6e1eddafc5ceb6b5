#include "slm/data/loader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>

#include "data/write_shard.h"
#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;

// Token i is i: what a batch must hold is arithmetic.
TokenSource counting(int32_t size) {
  std::vector<int32_t> ids(static_cast<size_t>(size));
  std::iota(ids.begin(), ids.end(), 0);
  return TokenSource(std::move(ids), "numbers");
}

LoaderOptions options(Sampling sampling, int64_t seq_len, int64_t batch_size) {
  return {.seq_len = seq_len, .batch_size = batch_size, .vocab_size = 1 << 20, .seed = 42, .sampling = sampling};
}

// The first tokens of the rows; checks that each row counts up from there, targets one ahead.
std::vector<int32_t> starts_of(const Batch& batch) {
  std::vector<int32_t> starts;
  EXPECT_EQ(static_cast<int64_t>(batch.tokens.size()), batch.num_rows * batch.seq_len);
  EXPECT_EQ(batch.num_targets, batch.num_rows * batch.seq_len);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto first = static_cast<size_t>(row * batch.seq_len);
    starts.push_back(batch.tokens[first]);
    for (size_t t = 0; t < static_cast<size_t>(batch.seq_len); ++t) {
      EXPECT_EQ(batch.tokens[first + t], batch.tokens[first] + static_cast<int32_t>(t));
      EXPECT_EQ(batch.targets[first + t], batch.tokens[first + t] + 1);
    }
  }
  return starts;
}

void expect_equal(const Batch& a, const Batch& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.is_last_of_epoch, b.is_last_of_epoch);
}

TEST(Loader, GivesEachWindowOnceAnEpochInAnOrderOfItsOwn) {
  for (const auto [num_tokens, seq_len, batch_size] :
       {std::array{1001, 10, 8}, std::array{1000, 10, 9}, std::array{11, 10, 32}, std::array{2, 1, 1},
        std::array{500, 7, 71}}) {
    SCOPED_TRACE(fmt::format("{} tokens, T {}, B {}", num_tokens, seq_len, batch_size));
    Loader loader(counting(num_tokens), options(Sampling::kShuffle, seq_len, batch_size));
    const int64_t num_windows = (num_tokens - 1) / seq_len;
    EXPECT_EQ(loader.num_windows_per_epoch(), num_windows);
    std::set<std::vector<int32_t>> orders;
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      std::vector<int32_t> starts;
      for (int64_t i = 0; i < loader.num_batches_per_epoch(); ++i) {
        const Batch batch = loader.next();
        EXPECT_EQ(batch.epoch, epoch);
        EXPECT_EQ(batch.index, i);
        EXPECT_EQ(batch.num_rows, std::min<int64_t>(batch_size, num_windows - i * batch_size));
        EXPECT_EQ(batch.is_last_of_epoch, i + 1 == loader.num_batches_per_epoch());
        EXPECT_EQ(batch.global_num_targets, batch.num_targets);
        for (const int32_t start : starts_of(batch)) starts.push_back(start);
      }
      orders.insert(starts);
      std::sort(starts.begin(), starts.end());
      ASSERT_EQ(static_cast<int64_t>(starts.size()), num_windows);
      for (int64_t w = 0; w < num_windows; ++w) ASSERT_EQ(starts[static_cast<size_t>(w)], w * seq_len);
    }
    if (num_windows > 20) {
      EXPECT_EQ(orders.size(), 3u);
    }
  }
}

TEST(Loader, KeepsTheOrderOfTheSourceWhenAsked) {
  Loader loader(counting(41), options(Sampling::kSequential, 10, 3));
  EXPECT_EQ(starts_of(loader.next()), (std::vector<int32_t>{0, 10, 20}));
  EXPECT_EQ(starts_of(loader.next()), (std::vector<int32_t>{30}));
  EXPECT_EQ(starts_of(loader.next()), (std::vector<int32_t>{0, 10, 20}));
}

TEST(Loader, DrawsRandomWindowsEquallyOften) {
  const int64_t num_starts = 50;  // of 60 tokens: 0 to 49
  Loader loader(counting(60), options(Sampling::kRandom, 10, 32));
  EXPECT_EQ(loader.num_windows_per_epoch(), 5);
  std::vector<int64_t> counts(num_starts);
  int64_t num_drawn = 0;
  while (num_drawn < 10000) {
    for (const int32_t start : starts_of(loader.next())) {
      ASSERT_LT(start, num_starts);
      ++counts[static_cast<size_t>(start)];
      ++num_drawn;
    }
  }
  double chi_square = 0;
  for (const int64_t count : counts) chi_square += std::pow(static_cast<double>(count) - 200, 2) / 200;
  EXPECT_LT(chi_square, 49 + 4 * std::sqrt(2.0 * 49));
}

TEST(Loader, GoesOnAnywhereAsIfItHadNeverStopped) {
  for (const Sampling sampling : {Sampling::kShuffle, Sampling::kRandom, Sampling::kSequential}) {
    Loader whole(counting(333), options(sampling, 10, 8));
    for (int i = 0; i < 12; ++i) {
      Loader resumed(counting(333), options(sampling, 10, 8), whole.position());
      expect_equal(whole.next(), resumed.next());
      expect_equal(Loader(counting(333), options(sampling, 10, 8), whole.position()).next(), resumed.next());
    }
  }
}

TEST(Loader, AnotherBatchSizeGoesThroughTheSameWindows) {
  Loader by_eight(counting(1000), options(Sampling::kShuffle, 10, 8));
  Loader by_five(counting(1000), options(Sampling::kShuffle, 10, 5));
  std::vector<int32_t> eights, fives;
  while (eights.size() < 99) {
    for (const int32_t start : starts_of(by_eight.next())) eights.push_back(start);
  }
  while (fives.size() < 99) {
    for (const int32_t start : starts_of(by_five.next())) fives.push_back(start);
  }
  EXPECT_EQ(eights, fives);
}

// One loader for each rank, all at the same position.
using Ranks = std::vector<std::unique_ptr<Loader>>;
Ranks make_ranks(const TokenSource& source, LoaderOptions options, int64_t world_size,
                 const LoaderPosition& position = {}) {
  Ranks ranks;
  for (int64_t rank = 0; rank < world_size; ++rank) {
    options.rank = {rank, world_size};
    ranks.push_back(std::make_unique<Loader>(source, options, position));
  }
  return ranks;
}

// The next batches of all ranks are, one after the other, `whole`.
void expect_shares_of(const Batch& whole, const Ranks& ranks) {
  std::vector<int32_t> tokens, targets;
  int64_t num_targets = 0;
  for (const auto& rank : ranks) {
    const Batch part = rank->next();
    EXPECT_EQ(part.first_row * part.seq_len, static_cast<int64_t>(tokens.size()));
    EXPECT_EQ(part.global_num_targets, whole.num_targets);
    EXPECT_EQ(part.global_num_rows, whole.num_rows);
    EXPECT_EQ(part.is_last_of_epoch, whole.is_last_of_epoch);
    EXPECT_EQ(part.epoch, whole.epoch);
    num_targets += part.num_targets;
    tokens.insert(tokens.end(), part.tokens.begin(), part.tokens.end());
    targets.insert(targets.end(), part.targets.begin(), part.targets.end());
  }
  EXPECT_EQ(num_targets, whole.num_targets);
  EXPECT_EQ(tokens, whole.tokens);
  EXPECT_EQ(targets, whole.targets);
}

TEST(Loader, RanksShareTheBatchOfASingleProcess) {
  for (const Sampling sampling : {Sampling::kShuffle, Sampling::kRandom}) {
    for (const int64_t world_size : {1, 2, 3, 4, 11}) {
      Loader single(counting(345), options(sampling, 10, 8));
      const Ranks ranks = make_ranks(counting(345), options(sampling, 10, 8), world_size);
      for (int i = 0; i < 10; ++i) expect_shares_of(single.next(), ranks);
    }
  }
}

TEST(Loader, AnyNumberOfRanksGoesOnWhereAnotherHasStopped) {
  std::vector<uint64_t> starts;
  for (uint64_t start = 0; start < 1500; start += 7) starts.push_back(start);
  const auto owner = std::make_shared<const std::vector<uint64_t>>(starts);
  const TokenSource source = counting(1500).with_document_starts(owner, *owner);
  for (const Packing packing : {Packing::kStream, Packing::kDocuments}) {
    LoaderOptions of_all = options(Sampling::kShuffle, 10, 8);
    of_all.packing = packing;
    Loader single(source, of_all);
    Ranks ranks = make_ranks(source, of_all, 4);
    for (const int64_t world_size : {1, 2, 4, 3, 8}) {
      // Five batches with one number of ranks, the next five with another; 149 windows are 19 batches an epoch.
      for (int i = 0; i < 5; ++i) expect_shares_of(single.next(), ranks);
      for (const auto& rank : ranks) EXPECT_EQ(rank->position(), single.position());
      ranks = make_ranks(source, of_all, world_size, ranks.front()->position());
    }
  }
}

TEST(Loader, GathersTheBatchesOfAStepTogether) {
  LoaderOptions by_three = options(Sampling::kShuffle, 10, 4);
  by_three.batches_per_step = 3;
  Loader steps(counting(305), by_three), batches(counting(305), options(Sampling::kShuffle, 10, 4));
  for (const size_t want : {3u, 3u, 2u, 3u, 3u, 2u}) {  // 30 windows an epoch: 8 batches
    EXPECT_EQ(steps.position(), batches.position());
    const std::vector<Batch> step = steps.next_step();
    ASSERT_EQ(step.size(), want);
    for (const Batch& batch : step) expect_equal(batch, batches.next());
  }
  EXPECT_GT(steps.seconds_waited(), 0);
}

TEST(Loader, MappedShardsGiveTheSameBatchesAsMemory) {
  const test::ScratchFolder folder;
  std::vector<int32_t> ids(2000);
  std::iota(ids.begin(), ids.end(), 0);
  test::write_shard(folder / "s.bin", ids);
  Loader mapped(open_token_shard(folder / "s.bin"), options(Sampling::kShuffle, 16, 4));
  Loader in_memory(counting(2000), options(Sampling::kShuffle, 16, 4));
  for (int i = 0; i < 80; ++i) {
    EXPECT_EQ(mapped.position(), in_memory.position());
    expect_equal(mapped.next(), in_memory.next());
  }
}

TEST(Loader, NamesAnIdThatTheVocabularyDoesNotHave) {
  const test::ScratchFolder folder;
  storage::write_file(folder / "s.bin", std::string(100, '\1'));  // 50 tokens of id 257
  LoaderOptions small = options(Sampling::kSequential, 10, 2);
  small.vocab_size = 257;
  Loader loader(open_token_shard(folder / "s.bin"), small);
  EXPECT_TRUE(message_of<Error>([&] {
                loader.next();
              }).starts_with((folder / "s.bin") + ": token 0 is id 257, but the vocabulary has 257 (ids 0 to 256)"));
  small.vocab_size = 258;
  EXPECT_EQ(Loader(open_token_shard(folder / "s.bin"), small).next().tokens[0], 257);
}

TEST(Loader, RefusesTextShorterThanOneSequence) {
  EXPECT_EQ(
      message_of<Error>([] { Loader(counting(10), options(Sampling::kShuffle, 10, 2)); }),
      "numbers: 10 tokens to train on are too few: a sequence of max_seq_len 10 needs 11; use a smaller --max_seq_len "
      "or more data");
  EXPECT_EQ(Loader(counting(11), options(Sampling::kRandom, 10, 2)).next().tokens[0], 0);
}

TEST(Loader, RefusesAPositionThatTheDataDoesNotHave) {
  EXPECT_TRUE(message_of<Error>([] {
                Loader(counting(101), options(Sampling::kShuffle, 10, 2), {1, 10});
              }).starts_with("numbers: cannot go on at window 10 of epoch 1: this data makes 10 windows per epoch"));
}

TEST(Loader, RefusesOptionsThatMakeNoSense) {
  EXPECT_EQ(message_of<UsageError>([] { Loader(counting(99), options(Sampling::kShuffle, 10, 0)); }),
            "[loader] batch_size is 0, expected at least 1");
  EXPECT_EQ(message_of<UsageError>([] { Loader(counting(99), options(Sampling::kShuffle, -3, 1)); }),
            "[loader] max_seq_len is -3, expected at least 1");
  EXPECT_EQ(message_of<UsageError>([] { parse_sampling("uniform"); }),
            "--sampling is 'uniform', expected shuffle, random or sequential");
  EXPECT_EQ(parse_sampling("random"), Sampling::kRandom);
}

}  // namespace
}  // namespace slm::data
