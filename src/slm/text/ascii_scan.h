#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Classifies eight ASCII bytes at a time in one register. The first byte of a text is the lowest byte of the register,
// which needs a little-endian machine, as all files of slm do.
namespace slm::text::ascii {

static_assert(std::endian::native == std::endian::little);

inline constexpr uint64_t kOnes = 0x0101010101010101u;
inline constexpr uint64_t kHighs = 0x8080808080808080u;

inline uint64_t load(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The high bit of each byte that lies in [first, last], both below 0x80; bytes from 0x80 on do not count.
constexpr uint64_t in_range(uint64_t bytes, unsigned char first, unsigned char last) {
  const uint64_t low = bytes & ~kHighs;
  const uint64_t reaches_first = low + kOnes * (0x80u - first);
  const uint64_t beyond_last = low + kOnes * (0x7Fu - last);
  return reaches_first & ~beyond_last & ~bytes & kHighs;
}

constexpr uint64_t letters(uint64_t bytes) { return in_range(bytes | kOnes * 0x20, 'a', 'z'); }
constexpr uint64_t digits(uint64_t bytes) { return in_range(bytes, '0', '9'); }

// How many bytes from the first on have their high bit set in `flags`: 8 where all do.
constexpr size_t run_length(uint64_t flags) { return static_cast<size_t>(std::countr_zero(~flags & kHighs)) / 8; }

}  // namespace slm::text::ascii
