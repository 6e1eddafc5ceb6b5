#include "slm/data/near_duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>

namespace slm::data {
namespace {

using Ids = std::vector<int32_t>;

// The Jaccard similarity by its definition.
double similarity(const Ids& a, const Ids& b) {
  const auto grams_of = [](const Ids& ids) {
    std::set<std::array<int32_t, 5>> grams;
    for (size_t i = 0; i + 5 <= ids.size(); ++i) grams.insert({ids[i], ids[i + 1], ids[i + 2], ids[i + 3], ids[i + 4]});
    return grams;
  };
  const auto of_a = grams_of(a), of_b = grams_of(b);
  std::set<std::array<int32_t, 5>> both;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::inserter(both, both.end()));
  return static_cast<double>(both.size()) / static_cast<double>(of_a.size() + of_b.size() - both.size());
}

std::vector<uint64_t> keys_of(const Ids& ids) {
  std::vector<uint64_t> keys;
  append_near_keys(ids, keys);
  return keys;
}

bool is_near(const Ids& a, const Ids& b) {
  const auto of_a = keys_of(a), of_b = keys_of(b);
  return std::any_of(of_a.begin(), of_a.end(),
                     [&](uint64_t key) { return std::find(of_b.begin(), of_b.end(), key) != of_b.end(); });
}

Ids random_ids(std::mt19937& random, size_t count) {
  Ids ids(count);
  for (int32_t& id : ids) id = static_cast<int32_t>(random() % 30000);
  return ids;
}

// `ids` with its last tokens replaced so that about `wanted` of the 5-grams are shared.
Ids variant(std::mt19937& random, Ids ids, double wanted) {
  const auto num_grams = static_cast<double>(ids.size() - 4);
  const auto num_shared = static_cast<size_t>(std::lround(2 * num_grams * wanted / (1 + wanted)));
  for (size_t i = num_shared + 4; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(random() % 30000);
  return ids;
}

TEST(NearDuplicates, AreFoundWithTheProbabilityThatTheBandsGive) {
  std::mt19937 random(7);
  for (const size_t length : {60u, 300u, 3000u}) {
    for (const double wanted : {0.5, 0.7, 0.8, 0.9, 0.95}) {
      int found = 0, count = length > 1000 ? 100 : 400;
      double expected = 0;
      for (int i = 0; i < count; ++i) {
        const Ids a = random_ids(random, length), b = variant(random, a, wanted);
        found += is_near(a, b);
        expected += 1 - std::pow(1 - std::pow(similarity(a, b), 14), 20);
      }
      // Four standard deviations, and a little for minima that are not independent.
      const double tolerance = 4 * std::sqrt(expected * (1 - expected / count)) + 0.03 * count;
      EXPECT_NEAR(found, expected, tolerance) << length << " tokens, similarity " << wanted;
    }
  }
}

TEST(NearDuplicates, DoNotIncludeUnrelatedDocuments) {
  std::mt19937 random(8);
  for (int i = 0; i < 500; ++i) {
    const Ids a = random_ids(random, 24 + static_cast<size_t>(i));
    Ids b = random_ids(random, 24 + static_cast<size_t>(i));
    std::copy_n(a.begin(), 12, b.begin());  // a common beginning
    EXPECT_FALSE(is_near(a, b)) << i;
  }
}

TEST(NearDuplicates, HaveNoKeysWhenTheyAreShort) {
  std::mt19937 random(9);
  for (size_t length = 0; length < static_cast<size_t>(kMinNearTokens); ++length) {
    EXPECT_TRUE(keys_of(random_ids(random, length)).empty());
  }
  EXPECT_EQ(keys_of(random_ids(random, 20)).size(), static_cast<size_t>(kNearBands));
  EXPECT_EQ(keys_of(Ids(100, 5)), keys_of(Ids(200, 5)));  // the same set of 5-grams: one
}

}  // namespace
}  // namespace slm::data
