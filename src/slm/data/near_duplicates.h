#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slm::data {

// Near duplicates by MinHash and locality-sensitive hashing (Broder 1997; Indyk and Motwani 1998) over the 5-grams of a
// document's tokens. A signature has 280 minima by one-permutation hashing with optimal densification (Shrivastava,
// ICML 2017), of each the last 8 bits of a hash (b-bit minwise hashing, Li and Koenig 2010): two documents whose sets
// of 5-grams have the Jaccard similarity s agree in each with the probability s + (1 - s) / 256.
inline constexpr size_t kNearMinima = 280;
using NearSignature = std::array<uint8_t, kNearMinima>;

// In 28 bands of 10: documents share one of them with the probability 1 - (1 - s^10)^28, which is 0.55 at s = 0.7, 0.96
// at 0.8, 0.998 at 0.85. Whether two that do are similar is what their whole signatures say.
inline constexpr size_t kNearBands = 28;

// What makes documents near duplicates.
inline constexpr double kNearSimilarity = 0.8;

// Documents with fewer tokens have no signature: one other token would make them less than 0.8 similar.
inline constexpr int64_t kMinNearTokens = 20;

// Of each range of hashes the smallest: what a signature is made from. Those of a document in pieces are the smaller
// ones of its pieces', but for the 5-grams that cross from one piece to the next. Linear in the number of tokens.
using NearMinima = std::array<uint32_t, kNearMinima>;
NearMinima near_minima(std::span<const int32_t> ids);
inline constexpr uint32_t kNoNearMinimum = UINT32_MAX;  // of a range without a hash
void take_smaller(NearMinima& minima, const NearMinima& others);

// Of tokens with at least one 5-gram; a function of the ids alone.
NearSignature near_signature(const NearMinima& minima);

// A key for each band.
std::array<uint64_t, kNearBands> near_keys(const NearSignature& signature);

// The estimate of the Jaccard similarity; its standard deviation is 0.024 at 0.8.
double near_similarity(const NearSignature& a, const NearSignature& b);

}  // namespace slm::data
