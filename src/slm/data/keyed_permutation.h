#pragma once

#include <cstdint>

#include "slm/core/philox.h"

namespace slm::data {

// A random order of [0, size) as a function: no array, constant memory, any element at once. The key is the random
// stream, so each seed and step (epoch) has an order of its own.
//
// A Feistel network of Philox rounds permutes the numbers of just enough bits, less than twice `size` of them; a result
// that is not below `size` is put in again until one is (cycle walking), which leaves a permutation of [0, size).
class KeyedPermutation {
 public:
  // 1 <= size <= 2^62
  KeyedPermutation(int64_t size, const RandomStream& key);

  int64_t size() const { return size_; }
  int64_t operator()(int64_t index) const;  // 0 <= index < size

 private:
  uint64_t permute_bits(uint64_t value) const;

  int64_t size_;
  RandomStream key_;
  int low_bits_;
  int high_bits_;  // low_bits_, or one more
};

}  // namespace slm::data
