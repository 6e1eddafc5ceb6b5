#pragma once

#include <array>
#include <cstdint>

namespace slm {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a function from a 64-bit key
// and a 128-bit counter to 128 random bits. No state, hence the same numbers for any number of threads or ranks.
using PhiloxBlock = std::array<uint32_t, 4>;
PhiloxBlock philox4x32(const PhiloxBlock& counter, const std::array<uint32_t, 2>& key);

// The random numbers of one purpose at one step: block i is philox4x32({i, step, stream}, seed).
// Each use of randomness (a dropout layer, an initialiser, the shuffle) has a stream number of its own.
struct RandomStream {
  uint64_t seed = 0;
  uint32_t stream = 0;
  uint32_t step = 0;

  PhiloxBlock block(uint64_t index) const;
  // Number `index` of the sequence: word index % 4 of block index / 4.
  uint32_t word(uint64_t index) const;
  // Uniform in [0, 1), 24 bits.
  float uniform(uint64_t index) const;
  // Standard normal by Box-Muller, from block `index`.
  double normal(uint64_t index) const;
};

}  // namespace slm
