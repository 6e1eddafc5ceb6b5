#include "slm/data/keyed_permutation.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace slm::data {
namespace {

constexpr int kNumRounds = 8;
// Few bits have few Feistel networks: small sizes are embedded in a larger set, at the price of a longer walk.
constexpr int kMinBits = 8;

constexpr uint64_t low_mask(int bits) { return (uint64_t{1} << bits) - 1; }

}  // namespace

KeyedPermutation::KeyedPermutation(int64_t size, const RandomStream& key) : size_(size), key_(key) {
  assert(size >= 1 && size <= int64_t{1} << 62);
  const int bits = std::max(kMinBits, static_cast<int>(std::bit_width(static_cast<uint64_t>(size - 1))));
  low_bits_ = bits / 2;
  high_bits_ = bits - low_bits_;
}

uint64_t KeyedPermutation::permute_bits(uint64_t value) const {
  uint64_t low = value & low_mask(low_bits_), high = value >> low_bits_;
  for (uint64_t round = 0; round < kNumRounds; round += 2) {
    // Each half is changed by a function of the other: undone by the same change, hence one to one.
    low ^= key_.block(high | round << 56)[0] & low_mask(low_bits_);
    high ^= key_.block(low | (round + 1) << 56)[0] & low_mask(high_bits_);
  }
  return high << low_bits_ | low;
}

int64_t KeyedPermutation::operator()(int64_t index) const {
  assert(index >= 0 && index < size_);
  auto value = static_cast<uint64_t>(index);
  do {
    value = permute_bits(value);
  } while (value >= static_cast<uint64_t>(size_));
  return static_cast<int64_t>(value);
}

}  // namespace slm::data
