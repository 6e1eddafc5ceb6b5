#include "slm/data/keyed_permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace slm::data {
namespace {

std::vector<int64_t> order_of(int64_t size, const RandomStream& key) {
  const KeyedPermutation permutation(size, key);
  std::vector<int64_t> order;
  for (int64_t i = 0; i < size; ++i) order.push_back(permutation(i));
  return order;
}

// How many standard deviations chi-square is above its mean, for counts that should all be `expected`.
double chi_square_excess(const std::vector<int64_t>& counts, double expected) {
  double chi_square = 0;
  for (const int64_t count : counts) chi_square += std::pow(static_cast<double>(count) - expected, 2) / expected;
  const double degrees = static_cast<double>(counts.size()) - 1;
  return (chi_square - degrees) / std::sqrt(2 * degrees);
}

TEST(KeyedPermutation, GivesEachNumberOnce) {
  for (const int64_t size : {1, 2, 3, 5, 7, 8, 9, 13, 64, 97, 255, 256, 257, 509, 1000, 1024, 4099, 65536, 65537}) {
    for (const uint64_t seed : {0u, 42u}) {
      std::vector<bool> is_seen(static_cast<size_t>(size));
      for (const int64_t value : order_of(size, {seed, 1, 0})) {
        ASSERT_GE(value, 0);
        ASSERT_LT(value, size);
        ASSERT_FALSE(is_seen[static_cast<size_t>(value)]) << value << " of " << size;
        is_seen[static_cast<size_t>(value)] = true;
      }
    }
  }
}

TEST(KeyedPermutation, StaysInsideHugeRanges) {
  const int64_t size = (int64_t{1} << 50) + 12345;
  const KeyedPermutation permutation(size, {42, 1, 0});
  std::vector<int64_t> eighths(8);
  for (int64_t i = 0; i < 8000; ++i) {
    const int64_t value = permutation(size - 1 - i);
    ASSERT_GE(value, 0);
    ASSERT_LT(value, size);
    ++eighths[static_cast<size_t>(value / (size / 8 + 1))];
  }
  EXPECT_LT(chi_square_excess(eighths, 1000), 4);
}

TEST(KeyedPermutation, DiffersBetweenSeedsAndEpochs) {
  const std::vector<int64_t> order = order_of(1000, {42, 1, 0});
  EXPECT_EQ(order, order_of(1000, {42, 1, 0}));
  EXPECT_NE(order, order_of(1000, {43, 1, 0}));
  EXPECT_NE(order, order_of(1000, {42, 1, 1}));
}

TEST(KeyedPermutation, PutsEveryNumberInEveryPlaceEquallyOften) {
  for (const int64_t size : {2, 3, 5, 16, 50}) {
    const int64_t num_keys = 200 * size;
    std::vector<int64_t> counts(static_cast<size_t>(size * size));
    for (uint32_t epoch = 0; epoch < num_keys; ++epoch) {
      const std::vector<int64_t> order = order_of(size, {7, 1, epoch});
      for (int64_t i = 0; i < size; ++i) ++counts[static_cast<size_t>(i * size + order[static_cast<size_t>(i)])];
    }
    // Rows and columns have fixed sums: fewer degrees of freedom than counts, so the bound is a little generous.
    EXPECT_LT(chi_square_excess(counts, 200), 4) << size;
  }
}

TEST(KeyedPermutation, ReachesAllOrdersOfFourEquallyOften) {
  std::vector<int64_t> counts(256);
  for (uint32_t epoch = 0; epoch < 24 * 200; ++epoch) {
    const std::vector<int64_t> order = order_of(4, {11, 1, epoch});
    ++counts[static_cast<size_t>(order[0] + 4 * order[1] + 16 * order[2] + 64 * order[3])];
  }
  std::erase(counts, 0);
  ASSERT_EQ(counts.size(), 24u);
  EXPECT_LT(chi_square_excess(counts, 200), 4);
}

TEST(KeyedPermutation, KeepsNoNeighboursTogether) {
  const int64_t size = 20011;
  const std::vector<int64_t> order = order_of(size, {42, 1, 3});
  std::vector<int64_t> steps(16);  // distance to the one before, round the circle: uniform but for chance
  for (size_t i = 1; i < order.size(); ++i) {
    ++steps[static_cast<size_t>((order[i] - order[i - 1] + size) % size * 16 / size)];
  }
  EXPECT_LT(chi_square_excess(steps, static_cast<double>(size - 1) / 16), 4);
}

}  // namespace
}  // namespace slm::data
