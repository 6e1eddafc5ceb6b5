#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__  // part of every x86-64 processor
#include <emmintrin.h>
#endif

namespace slm::text {

// Sixteen numbers of 16 bits in two registers.
class SmallLanes {
 public:
  static constexpr size_t kSize = 16;

#ifdef __SSE2__
  explicit SmallLanes(const std::array<uint16_t, kSize>& numbers)
      : low_(with_sign(load(numbers.data()))), high_(with_sign(load(numbers.data() + kSize / 2))) {}

  struct Smallest {
    uint16_t number;
    size_t lane;  // the first one that has it
  };
  Smallest smallest() const {
    __m128i least = _mm_min_epi16(low_, high_);
    least = _mm_min_epi16(least, _mm_srli_si128(least, 8));
    least = _mm_min_epi16(least, _mm_srli_si128(least, 4));
    least = _mm_min_epi16(least, _mm_srli_si128(least, 2));
    const __m128i everywhere = _mm_shuffle_epi32(_mm_shufflelo_epi16(least, 0), 0);
    const __m128i is_least = _mm_packs_epi16(_mm_cmpeq_epi16(low_, everywhere), _mm_cmpeq_epi16(high_, everywhere));
    return {static_cast<uint16_t>(_mm_cvtsi128_si32(least) ^ 0x8000),
            static_cast<size_t>(std::countr_zero(static_cast<unsigned>(_mm_movemask_epi8(is_least))))};
  }

  // kSize is no lane.
  void set(size_t lane, uint16_t number) {
    const __m128i numbers = with_sign(_mm_set1_epi16(static_cast<int16_t>(number)));
    const uint16_t* const ones = kOne.data() + kSize - lane;
    low_ = chosen(load(ones), numbers, low_);
    high_ = chosen(load(ones + kSize / 2), numbers, high_);
  }

 private:
  static __m128i load(const uint16_t* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
  // There is a minimum of signed numbers only.
  static __m128i with_sign(__m128i v) { return _mm_xor_si128(v, _mm_set1_epi16(INT16_MIN)); }
  static __m128i chosen(__m128i mask, __m128i v, __m128i other) {
    return _mm_or_si128(_mm_and_si128(mask, v), _mm_andnot_si128(mask, other));
  }
  // All bits of one lane: where to begin reading says of which.
  static constexpr std::array<uint16_t, 2 * kSize + 1> kOne = [] {
    std::array<uint16_t, 2 * kSize + 1> lanes{};
    lanes[kSize] = UINT16_MAX;
    return lanes;
  }();

  __m128i low_, high_;
#else
  explicit SmallLanes(const std::array<uint16_t, kSize>& numbers) {
    std::copy(numbers.begin(), numbers.end(), numbers_.begin());
  }

  struct Smallest {
    uint16_t number;
    size_t lane;
  };
  Smallest smallest() const {
    size_t lane = 0;
    for (size_t i = 1; i < kSize; ++i) lane = numbers_[i] < numbers_[lane] ? i : lane;
    return {numbers_[lane], lane};
  }
  void set(size_t lane, uint16_t number) { numbers_[lane] = number; }

 private:
  std::array<uint16_t, kSize + 1> numbers_;
#endif
};

}  // namespace slm::text
