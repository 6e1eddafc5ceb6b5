#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace slm::text {

// Says of most keys that are not there that they are not, from one word of a small table: a Bloom filter with two bits
// a key, both in the same 64. About 20 bits for each key; of other keys it lets one in a hundred pass.
class KeyFilter {
 public:
  KeyFilter() = default;
  explicit KeyFilter(size_t num_keys) : words_(std::bit_ceil(num_keys / 4 + 1)) {}

  // `hash` is mixed well in all its bits, but for the lowest 32.
  void add(uint64_t hash) { words_[word_of(hash)] |= bits_of(hash); }
  bool may_have(uint64_t hash) const { return (bits_of(hash) & ~words_[word_of(hash)]) == 0; }

 private:
  static uint64_t bits_of(uint64_t hash) { return uint64_t{1} << (hash >> 58) | uint64_t{1} << (hash >> 52 & 63); }
  size_t word_of(uint64_t hash) const { return hash >> 32 & (words_.size() - 1); }

  std::vector<uint64_t> words_;
};

}  // namespace slm::text
