#include "slm/data/window_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "slm/core/error.h"
#include "slm/data/loader.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

constexpr int64_t kSeqLen = 10;

TokenSource source_of(int64_t num_windows, const std::string& name) {
  return TokenSource(std::vector<uint8_t>(static_cast<size_t>(num_windows * kSeqLen + 1)), name);
}

SourceMix mix_of(std::optional<double> weight_a, std::optional<double> weight_b, std::optional<double> weight_c) {
  return SourceMix({{source_of(100, "a"), weight_a}, {source_of(7, "b"), weight_b}, {source_of(40, "c"), weight_c}});
}

// How often each window of each source is given in `num_epochs`.
std::map<std::string, std::map<int64_t, int64_t>> counts_of(const WindowOrder& order, int64_t num_epochs) {
  std::map<std::string, std::map<int64_t, int64_t>> counts;
  for (int64_t epoch = 0; epoch < num_epochs; ++epoch) {
    for (int64_t place = 0; place < order.num_windows_per_epoch(); ++place) {
      const Window window = order.at(epoch, place);
      ++counts[window.source->name()][window.start];
    }
  }
  return counts;
}

int64_t sum_of(const std::map<int64_t, int64_t>& counts) {
  int64_t sum = 0;
  for (const auto& [start, count] : counts) sum += count;
  return sum;
}

TEST(WindowOrder, WithoutWeightsGivesEveryWindowOfEverySourceOnceAnEpoch) {
  const SourceMix mix = mix_of({}, {}, {});
  for (const Sampling sampling : {Sampling::kShuffle, Sampling::kSequential}) {
    const WindowOrder order(mix, kSeqLen, sampling, 1);
    EXPECT_EQ(order.num_windows_per_epoch(), 147);
    const auto counts = counts_of(order, 3);
    EXPECT_EQ(counts.at("a").size() + counts.at("b").size() + counts.at("c").size(), 147u);
    for (const auto& [name, of_source] : counts) {
      for (const auto& [start, count] : of_source) {
        EXPECT_EQ(start % kSeqLen, 0);
        EXPECT_EQ(count, 3) << name << " at " << start;
      }
    }
  }
}

TEST(WindowOrder, GivesEachSourceItsShareAndItsWindowsEquallyOften) {
  const SourceMix mix = mix_of(2, 1, 1);
  for (const Sampling sampling : {Sampling::kShuffle, Sampling::kSequential}) {
    const WindowOrder order(mix, kSeqLen, sampling, 1);
    for (const int64_t num_epochs : {1, 2, 5}) {
      const auto counts = counts_of(order, num_epochs);
      // 147 windows: 73.5, 36.75 and 36.75, rounded by the largest remainders.
      EXPECT_EQ(sum_of(counts.at("a")), 73 * num_epochs);
      EXPECT_EQ(sum_of(counts.at("b")), 37 * num_epochs);
      EXPECT_EQ(sum_of(counts.at("c")), 37 * num_epochs);
      for (const auto& [name, num_windows] : std::map<std::string, int64_t>{{"a", 100}, {"b", 7}, {"c", 40}}) {
        const int64_t draws = sum_of(counts.at(name));
        for (int64_t w = 0; w < num_windows; ++w) {
          const auto found = counts.at(name).find(w * kSeqLen);
          const int64_t count = found == counts.at(name).end() ? 0 : found->second;
          EXPECT_TRUE(count == draws / num_windows || count == draws / num_windows + 1) << name << " " << w;
        }
      }
    }
    EXPECT_DOUBLE_EQ(order.passes_per_epoch(1), 37.0 / 7);
  }
}

TEST(WindowOrder, MixesTheSourcesThroughoutAnEpoch) {
  const SourceMix mix = mix_of(1, 1, 1);
  const WindowOrder order(mix, kSeqLen, Sampling::kShuffle, 5);
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    for (int64_t begin = 0; begin < 147; begin += 49) {
      int64_t of_a = 0;
      for (int64_t place = begin; place < begin + 49; ++place) of_a += order.at(epoch, place).source->name() == "a";
      EXPECT_NEAR(static_cast<double>(of_a), 49 / 3.0, 4 * std::sqrt(49 / 3.0 * 2 / 3));
    }
  }
}

TEST(WindowOrder, OrdersDifferBySeedEpochAndSource) {
  const SourceMix mix({{source_of(50, "a")}, {source_of(50, "b")}});
  std::set<std::vector<int64_t>> orders;
  for (const uint64_t seed : {1, 2}) {
    const WindowOrder order(mix, kSeqLen, Sampling::kShuffle, seed);
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      std::map<std::string, std::vector<int64_t>> starts;
      for (int64_t place = 0; place < 100; ++place) {
        const Window window = order.at(epoch, place);
        starts[window.source->name()].push_back(window.start);
      }
      orders.insert(starts["a"]);
      orders.insert(starts["b"]);
    }
  }
  EXPECT_EQ(orders.size(), 8u);
}

TEST(WindowOrder, DrawsSourcesByWeightWhenRandom) {
  const SourceMix mix = mix_of(3, 1, 0.5);
  const WindowOrder order(mix, kSeqLen, Sampling::kRandom, 3);
  const auto counts = counts_of(order, 100);
  const double total = 100 * 147;
  EXPECT_NEAR(static_cast<double>(sum_of(counts.at("a"))), total * 98 / 147, 4 * std::sqrt(total * 2 / 9));
  EXPECT_EQ(counts.at("b").size(), 61u);  // every start
  EXPECT_LT(counts.at("a").rbegin()->first, 1001 - kSeqLen);
}

TEST(WindowOrder, LoadersOfAMixResumeAnywhereAndShareBatchesAmongRanks) {
  std::vector<uint16_t> rising(500), falling(300);
  for (size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<uint16_t>(i);
  for (size_t i = 0; i < falling.size(); ++i) falling[i] = static_cast<uint16_t>(1000 - i);
  const SourceMix mix({{TokenSource(rising, "rising"), 0.3}, {TokenSource(falling, "falling"), 0.7}});
  for (const Sampling sampling : {Sampling::kShuffle, Sampling::kRandom, Sampling::kSequential}) {
    LoaderOptions options{.seq_len = kSeqLen, .batch_size = 6, .vocab_size = 1001, .sampling = sampling};
    Loader whole(mix, options);
    for (int i = 0; i < 40; ++i) {
      const LoaderPosition position = whole.position();
      const Batch batch = whole.next();
      std::vector<int32_t> tokens, targets;
      for (int64_t rank = 0; rank < 4; ++rank) {
        options.rank = {rank, 4};
        const Batch part = Loader(mix, options, position).next();
        tokens.insert(tokens.end(), part.tokens.begin(), part.tokens.end());
        targets.insert(targets.end(), part.targets.begin(), part.targets.end());
      }
      EXPECT_EQ(tokens, batch.tokens);
      EXPECT_EQ(targets, batch.targets);
    }
  }
}

TEST(SourceMix, RefusesWeightsThatMakeNoSense) {
  EXPECT_EQ(test::message_of<UsageError>([] { mix_of(1, {}, 1); }),
            "b has no weight, but a has one: give every source a weight, or none");
  EXPECT_EQ(test::message_of<UsageError>([] { mix_of({}, {}, 1); }),
            "c has a weight, but a has none: give every source a weight, or none");
  EXPECT_EQ(test::message_of<UsageError>([] { mix_of(1, 0, 1); }), "b: its weight is 0, expected a number above 0");
  EXPECT_EQ(test::message_of<UsageError>([] { mix_of(1, 1, std::nan("")); }),
            "c: its weight is nan, expected a number above 0");
}

}  // namespace
}  // namespace slm::data
