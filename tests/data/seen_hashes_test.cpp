#include "slm/data/seen_hashes.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

// The same questions to a std::unordered_set.
void compare(int64_t max_in_memory, int num_hashes, uint64_t mask) {
  const test::ScratchFolder folder;
  SeenHashes seen(folder.path(), max_in_memory);
  std::unordered_set<uint64_t> expected;
  std::mt19937_64 random(3);
  for (int i = 0; i < num_hashes; ++i) {
    const uint64_t hash = random() & mask;
    ASSERT_EQ(seen.contains(hash), expected.contains(hash)) << i;
    if (i % 3 == 0) continue;
    seen.insert(hash);
    expected.insert(hash);
    ASSERT_TRUE(seen.contains(hash)) << i;
  }
  EXPECT_EQ(seen.size(), static_cast<int64_t>(expected.size()));
  for (const uint64_t hash : expected) ASSERT_TRUE(seen.contains(hash));
  EXPECT_TRUE(folder.names().empty());
}

TEST(SeenHashes, AgreeWithASetInMemory) { compare(1 << 20, 100000, UINT64_MAX); }

TEST(SeenHashes, AgreeWithASetInAFile) { compare(1000, 50000, UINT64_MAX); }

TEST(SeenHashes, KnowTheHashesThatComeAgain) {
  compare(1 << 20, 20000, uint64_t{0xFFF} << 52);
  compare(100, 20000, uint64_t{0xFFF} << 52);
}

TEST(SeenHashes, FindThoseWithTheSameLeadingBits) {
  for (const int64_t max_in_memory : {1 << 20, 100}) {
    const test::ScratchFolder folder;
    SeenHashes seen(folder.path(), max_in_memory);
    std::unordered_map<uint64_t, std::set<uint64_t>> expected;  // by the leading 32 bits
    std::mt19937_64 random(3);
    for (int i = 0; i < 20000; ++i) {
      const uint64_t leading = random() % 5000 * (UINT32_MAX / 5000), hash = leading << 32 | random() % 50;
      seen.insert(hash);
      expected[leading].insert(hash);
    }
    seen.insert(0);
    expected[0].insert(0);
    for (uint64_t i = 0; i < 5000; ++i) {
      const uint64_t leading = i * (UINT32_MAX / 5000);
      const std::vector<uint64_t> found = seen.with_leading_bits_of(leading << 32 | 77);
      ASSERT_EQ(std::set<uint64_t>(found.begin(), found.end()), expected[leading]) << i;
      ASSERT_EQ(found.size(), expected[leading].size());
    }
    EXPECT_TRUE(seen.with_leading_bits_of(uint64_t{1} << 32).empty());
  }
}

TEST(SeenHashes, HoldZero) {
  const test::ScratchFolder folder;
  SeenHashes seen(folder.path());
  EXPECT_FALSE(seen.contains(0));
  seen.insert(0);
  seen.insert(0);
  EXPECT_TRUE(seen.contains(0));
  EXPECT_EQ(seen.size(), 1);
}

}  // namespace
}  // namespace slm::data
