#include "slm/data/input_groups.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace slm::data {
namespace {

using Sizes = std::vector<std::optional<int64_t>>;

struct Grouping {
  std::vector<std::vector<size_t>> files;  // of each group
  std::vector<int> owners;                 // -1: read by all
  uint64_t listing_hash = 0;
};

Grouping group(const Sizes& sizes, const CorpusShare& share, std::optional<int64_t> total_bytes,
               const std::string& prefix = "f") {
  Grouping grouping;
  InputGroups groups(share, /*group_bytes=*/100, total_bytes);
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (groups.ends_before(sizes[i])) groups.next();
    groups.add(prefix + std::to_string(i), sizes[i]);
    grouping.files.resize(static_cast<size_t>(groups.index()) + 1);
    grouping.owners.resize(grouping.files.size());
    grouping.files.back().push_back(i);
    grouping.owners.back() = groups.is_read_by_all() ? -1 : groups.owner();
    EXPECT_EQ(groups.is_mine(), groups.is_read_by_all() || groups.owner() == share.rank);
  }
  grouping.listing_hash = groups.listing_hash();
  return grouping;
}

int64_t sum(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{0}, [](int64_t a, const auto& b) { return a + *b; });
}

TEST(InputGroups, AreWholeFromASizeOnAndLeaveLargeFilesAlone) {
  const Sizes sizes = {40, 50, 20, 10, 100, 5, 300, 0, 0, 99, 1, 1};
  const std::vector<std::vector<size_t>> expected = {{0, 1, 2}, {3}, {4}, {5}, {6}, {7, 8, 9, 10}, {11}};
  for (const int num_ranks : {1, 2, 7}) EXPECT_EQ(group(sizes, {0, num_ranks}, sum(sizes)).files, expected);
}

TEST(InputGroups, GoToTheProcessWithTheFewestBytesAndAreTheSameForAll) {
  const Sizes sizes = {100, 200, 300, 100, 100, 100, 150};
  // After the first three 100, 200, 300: the fourth to rank 0 (200), the fifth to 0 (300), then to 1 (300), then to 0.
  const std::vector<int> expected = {0, 1, 2, 0, 0, 1, 0};
  for (const int rank : {0, 1, 2}) EXPECT_EQ(group(sizes, {rank, 3}, sum(sizes)).owners, expected);
}

TEST(InputGroups, AreReadByAllWhereOneFileIsMoreThanOneAndAHalfShares) {
  // Even shares of 1,000 bytes in four: 250; the limit is 375.
  EXPECT_EQ(group({376, 375, 249}, {1, 4}, 1000).owners, (std::vector<int>{-1, 0, 1}));
  EXPECT_EQ(group({1000}, {0, 4}, 1000).owners, (std::vector<int>{-1}));
  EXPECT_EQ(group({1000}, {0, 1}, 1000).owners, (std::vector<int>{0}));
  EXPECT_EQ(group({80}, {0, 4}, 80).owners, (std::vector<int>{0})) << "too little to share";
}

TEST(InputGroups, OfStreamsAreOneByOneAndNeverReadByAll) {
  const Grouping grouping = group({std::nullopt, std::nullopt, 5, 6, std::nullopt}, {0, 2}, std::nullopt);
  EXPECT_EQ(grouping.files, (std::vector<std::vector<size_t>>{{0}, {1}, {2, 3}, {4}}));
  EXPECT_EQ(grouping.owners, (std::vector<int>{0, 1, 0, 1}));
}

TEST(InputGroups, HashNamesAndSizes) {
  const uint64_t hash = group({1, 2, 300}, {0, 2}, 303).listing_hash;
  EXPECT_EQ(group({1, 2, 300}, {1, 2}, 303).listing_hash, hash);
  EXPECT_NE(group({2, 1, 300}, {0, 2}, 303).listing_hash, hash);
  EXPECT_NE(group({1, 2, 301}, {0, 2}, 303).listing_hash, hash);
  EXPECT_NE(group({1, 2, 300}, {0, 2}, 303, "g").listing_hash, hash);
}

TEST(InputGroups, HoldSizesThatNoDiskHas) {
  EXPECT_EQ(group({INT64_MAX, INT64_MAX, INT64_MAX, 5}, {0, 2}, INT64_MAX).owners, (std::vector<int>{-1, -1, -1, 0}));
  EXPECT_EQ(group({INT64_MAX, INT64_MAX, INT64_MAX, 5}, {0, 2}, std::nullopt).owners, (std::vector<int>{0, 1, 0, 0}));
}

}  // namespace
}  // namespace slm::data
