#include "slm/text/long_merge.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

namespace slm::text {
namespace {

struct Pair {
  int32_t left, right;  // become kNumLetters and so on
};
constexpr int32_t kNumLetters = 4;

MergeTable table_of(const std::vector<Pair>& pairs) {
  MergeTable table;
  table.reserve(pairs.size());
  for (uint32_t rank = 0; rank < pairs.size(); ++rank) {
    table.set(pairs[rank].left, pairs[rank].right, {rank, kNumLetters + static_cast<int32_t>(rank)});
  }
  table.set_in_order(true);
  return table;
}

// Where merges are in order: each in turn, from left to right.
std::vector<int32_t> merged(const std::vector<Pair>& pairs, std::vector<int32_t> ids) {
  for (size_t rank = 0; rank < pairs.size(); ++rank) {
    size_t kept = 0;
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool is_pair = i + 1 < ids.size() && ids[i] == pairs[rank].left && ids[i + 1] == pairs[rank].right;
      ids[kept++] = is_pair ? kNumLetters + static_cast<int32_t>(rank) : ids[i];
      i += is_pair;
    }
    ids.resize(kept);
  }
  return ids;
}

void expect_as_defined(const std::vector<Pair>& pairs, const std::vector<int32_t>& ids) {
  std::vector<ModelToken> tokens = {{7, 0, 5}};  // one that has been there before
  for (size_t i = 0; i < ids.size(); ++i) tokens.push_back({ids[i], 3 * i, 3 * i + 3});
  merge_tokens(table_of(pairs), 1, tokens);
  std::vector<int32_t> found;
  size_t end = 0;
  for (size_t i = 1; i < tokens.size(); ++i) {
    found.push_back(tokens[i].id);
    ASSERT_EQ(tokens[i].begin, end) << "token " << i;
    end = tokens[i].end;
  }
  ASSERT_EQ(end, 3 * ids.size());
  ASSERT_EQ(found, merged(pairs, ids)) << pairs.size() << " merges, " << ids.size() << " letters";
}

TEST(LongMerge, GivesWhatEachMergeInTurnGives) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    std::vector<Pair> pairs;
    std::set<std::pair<int32_t, int32_t>> seen;
    const size_t num_pairs = random() % 80 + 1;
    while (pairs.size() < num_pairs) {
      const auto any = [&] { return static_cast<int32_t>(random() % (kNumLetters + pairs.size())); };
      const Pair pair = {any(), any()};
      if (seen.emplace(pair.left, pair.right).second) pairs.push_back(pair);
    }
    const size_t sizes[] = {kLongMerge, kLongMerge + 1, 700 + random() % 1000, round < 5 ? 100000u : 5000u};
    for (const size_t size : sizes) {
      std::vector<int32_t> ids(size);
      const uint32_t num_letters = random() % kNumLetters + 1;
      for (int32_t& id : ids) id = static_cast<int32_t>(random() % num_letters);
      expect_as_defined(pairs, ids);
    }
  }
}

TEST(LongMerge, GivesTokensThatAreLongerThanAWindow) {
  std::vector<Pair> pairs = {{0, 0}};  // twice the last one, up to 8,192 letters
  for (int32_t id = kNumLetters; pairs.size() < 13; ++id) pairs.push_back({id, id});
  for (const size_t size : {size_t{8191}, size_t{8192}, size_t{8193}, size_t{100000}}) {
    std::vector<int32_t> ids(size);
    expect_as_defined(pairs, ids);
    ids[size / 2] = 1;
    expect_as_defined(pairs, ids);
  }
}

}  // namespace
}  // namespace slm::text
