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

NearSignature signature_of(const Ids& ids) { return near_signature(near_minima(ids)); }

bool share_a_band(const Ids& a, const Ids& b) {
  const auto of_a = near_keys(signature_of(a)), of_b = near_keys(signature_of(b));
  for (size_t band = 0; band < kNearBands; ++band) {
    if (of_a[band] == of_b[band]) return true;
  }
  return false;
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

TEST(NearDuplicates, ShareABandWithTheProbabilityThatTheBandsGive) {
  std::mt19937 random(7);
  for (const size_t length : {60u, 300u, 3000u}) {
    for (const double wanted : {0.5, 0.6, 0.7, 0.8, 0.9}) {
      int found = 0, count = length > 1000 ? 50 : 300;
      double expected = 0;
      for (int i = 0; i < count; ++i) {
        const Ids a = random_ids(random, length), b = variant(random, a, wanted);
        found += share_a_band(a, b);
        expected += 1 - std::pow(1 - std::pow(similarity(a, b), 10), 28);
      }
      // Four standard deviations, and a little for minima that are not independent.
      const double tolerance = 4 * std::sqrt(expected * (1 - expected / count)) + 0.06 * count;
      EXPECT_NEAR(found, expected, tolerance) << length << " tokens, similarity " << wanted;
    }
  }
}

TEST(NearDuplicates, EstimateTheSimilarity) {
  std::mt19937 random(8);
  const int count = 60;
  for (const double wanted : {0.0, 0.3, 0.6, 0.8, 0.95, 1.0}) {
    double error = 0, squares = 0;
    for (int i = 0; i < count; ++i) {
      const Ids a = random_ids(random, 2500), b = variant(random, a, wanted);
      const double s = similarity(a, b), difference = near_similarity(signature_of(a), signature_of(b)) - s;
      error += difference / count;
      squares += difference * difference / count;
    }
    // Each of 280 agrees, or does not, with the probability p.
    const double p = wanted + (1 - wanted) / 256, deviation = std::sqrt(p * (1 - p) / 280) * 256 / 255;
    EXPECT_NEAR(error, 0, 4 * deviation / std::sqrt(count) + 0.002) << wanted;
    EXPECT_LT(std::sqrt(squares), 1.3 * deviation + 0.001) << wanted;
  }
}

TEST(NearDuplicates, AreTheSameSetsOfGrams) {
  std::mt19937 random(9);
  const Ids ids = random_ids(random, 20);
  Ids twice = ids;
  twice.insert(twice.end(), ids.begin(), ids.end());
  EXPECT_EQ(signature_of(Ids(100, 5)), signature_of(Ids(200, 5)));  // one 5-gram
  EXPECT_NE(signature_of(ids), signature_of(twice));
}

TEST(NearDuplicates, OfADocumentInPiecesAreThoseOfItsPieces) {
  std::mt19937 random(10);
  const Ids ids = random_ids(random, 900);
  // Each piece begins with the last four tokens of the one before, so that no 5-gram is lost.
  NearMinima minima = near_minima({});
  for (size_t begin = 0; begin + 4 < ids.size(); begin += 128) {
    take_smaller(minima, near_minima(std::span(ids).subspan(begin, std::min<size_t>(132, ids.size() - begin))));
  }
  EXPECT_EQ(near_signature(minima), signature_of(ids));
}

}  // namespace
}  // namespace slm::data
