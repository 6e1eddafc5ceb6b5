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

// The sections of an archive of 1,000 bytes by which file begins them, with the process that reads each.
std::vector<std::pair<size_t, int>> sections(const Sizes& members, const CorpusShare& share) {
  InputGroups groups(share, /*group_bytes=*/100, /*total_bytes=*/1200);
  groups.add("archive", 1000);
  std::vector<std::pair<size_t, int>> found;
  for (size_t i = 0; i < members.size(); ++i) {
    if (groups.ends_section_before(members[i])) groups.next_section();
    groups.add_member("m" + std::to_string(i), members[i]);
    if (found.size() == static_cast<size_t>(groups.section())) found.emplace_back(i, 0);
    found.back().second = groups.is_read_by_all() ? -1 : groups.owner();
  }
  groups.next();
  EXPECT_EQ(groups.section(), 0);
  return found;
}

TEST(InputGroups, OfOneArchiveHaveSectionsThatGoToTheProcessWithTheFewestBytes) {
  const Sizes members = {60, 60, 30, 500, std::nullopt, 10, 20, 80, 451, 1};
  // Even shares of 1,200 bytes in four: 300; the limit is 450.
  const std::vector<std::pair<size_t, int>> of_four = {{0, 0}, {2, 1}, {3, -1}, {4, 2}, {5, 3}, {8, -1}, {9, 1}};
  std::vector<std::pair<size_t, int>> alone = of_four;
  for (auto& section : alone) section.second = 0;
  for (const int rank : {0, 3}) EXPECT_EQ(sections(members, {rank, 4}), of_four);
  EXPECT_EQ(sections(members, {0, 1}), alone);
}

TEST(InputGroups, HaveFewSectionsHoweverLargeAnArchiveIs) {
  const int64_t members = 3'000'000;
  InputGroups groups({0, 4}, /*group_bytes=*/100, /*total_bytes=*/members * 100);
  groups.add("archive", members * 100);
  for (int64_t i = 0; i < members; ++i) {
    if (groups.ends_section_before(100)) groups.next_section();
    groups.add_member("m", 100);
  }
  EXPECT_LT(groups.section(), 256 * 12) << "each is a 256th of what came before: 256 (1 + ln(3,000,000 / 256))";
  for (int64_t size = 1000; size < INT64_MAX / 2; size += size / 500) {
    if (groups.ends_section_before(size)) groups.next_section();
    groups.add_member("m", size);
  }
  EXPECT_EQ(groups.section(), InputGroups::kMaxSections - 2) << "whatever their sizes";
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
