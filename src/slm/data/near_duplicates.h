#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace slm::data {

// Near duplicates by MinHash and locality-sensitive hashing (Broder 1997; Indyk and Motwani 1998) over the 5-grams of a
// document's tokens. A signature has 280 minima by one-permutation hashing with optimal densification (Shrivastava,
// ICML 2017), in 20 bands of 14: two documents whose sets of 5-grams have the Jaccard similarity s share a band with
// the probability 1 - (1 - s^14)^20, which is 0.13 at s = 0.7, 0.59 at 0.8, 0.89 at 0.85, 0.99 at 0.9.
inline constexpr int kNearBands = 20;
// Shorter documents have no keys: one other token would make them less than 0.8 similar.
inline constexpr int64_t kMinNearTokens = 20;

// Appends a key for each band; documents that share a key are near duplicates. A function of the ids alone. Linear in
// their number, and about 2 microseconds on top.
void append_near_keys(std::span<const int32_t> ids, std::vector<uint64_t>& keys);

}  // namespace slm::data
