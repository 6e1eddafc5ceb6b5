#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#ifdef __SSE2__  // part of every x86-64 processor
#include <emmintrin.h>
#endif

namespace slm::text {

// The ids of a word: up to 7 below 65536, or 3 larger ones.
struct PackedIds {
  static constexpr size_t kRoom = 8;
  static constexpr size_t kMaxNarrow = 7, kMaxWide = 3;  // ids of 16 and of 32 bits
  static constexpr int kCountShift = 48;

  // Ids from the lowest bits on. Four bits of `high` from kCountShift on say how many; what is above does not matter.
  uint64_t low, high;

  // They do not fit: elsewhere().
  static PackedIds of(std::span<const int32_t> ids);
  // `ids` has kRoom places, of which the first `count`, up to kMaxNarrow, are those of the word.
  static PackedIds of_narrow(const uint16_t* ids, size_t count);
  static PackedIds elsewhere() { return {0, uint64_t{kElsewhere} << kCountShift}; }
  static PackedIds unknown() { return {0, uint64_t{kUnknown} << kCountShift}; }

  bool is_unknown() const { return count() == kUnknown; }
  bool is_elsewhere() const { return count() == kElsewhere; }

  // What write() returns where they are not here, or not known.
  static constexpr uint32_t kUnknown = 14, kElsewhere = 15;
  static bool are_here(uint32_t count) { return count <= kRoom; }
  uint32_t write(int32_t* out) const {
    write_narrow(out);  // whatever they are, which saves a branch
    const uint32_t number = count();
    if (number <= kMaxNarrow || number >= kUnknown) [[likely]]
      return number;
    out[0] = static_cast<int32_t>(low);
    out[1] = static_cast<int32_t>(low >> 32);
    out[2] = static_cast<int32_t>(high);
    return number - kWide;
  }

 private:
  static constexpr uint32_t kWide = 8;  // added to the count of those of 32 bits
  uint32_t count() const { return static_cast<uint32_t>(high >> kCountShift & 15); }

  // kRoom ids, the last of which is none.
  void write_narrow(int32_t* out) const {
#ifdef __SSE2__
    const __m128i ids = _mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_unpacklo_epi16(ids, _mm_setzero_si128()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 4), _mm_unpackhi_epi16(ids, _mm_setzero_si128()));
#else
    for (int i = 0; i < 4; ++i) {
      out[i] = static_cast<uint16_t>(low >> 16 * i);
      out[i + 4] = static_cast<uint16_t>(high >> 16 * i);
    }
#endif
  }
};

}  // namespace slm::text
