#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__  // part of every x86-64 processor
#include <emmintrin.h>
#endif

#include "slm/text/ascii_scan.h"

// 64 bytes of text, asked about all at once: an answer has a bit for each byte, that of the first byte lowest.
namespace slm::text {

class ByteBlock {
 public:
  static constexpr size_t kSize = 64;

  explicit ByteBlock(const char* bytes) {
    for (size_t i = 0; i < kVectors; ++i) vectors_[i] = load(bytes + i * kVectorBytes);
  }

  // Bytes of [first, last], both below 0x80.
  uint64_t in_range(unsigned char first, unsigned char last) const {
    return ask([=](const Vector& v) { return is_in_range(v, first, last); });
  }
  // A to Z and a to z.
  uint64_t letters() const {
    return ask([](const Vector& v) { return is_in_range(with_bit(v, 0x20), 'a', 'z'); });
  }
  uint64_t equal_to(unsigned char byte) const { return in_range(byte, byte); }
  // Bytes from 0x80 on.
  uint64_t beyond_ascii() const {
    return ask([](const Vector& v) { return v; });
  }
  // The bytes with A to Z as a to z.
  void store_lowercase(char* out) const {
    for (size_t i = 0; i < kVectors; ++i) store(out + i * kVectorBytes, lowercase(vectors_[i]));
  }

 private:
#ifdef __SSE2__
  using Vector = __m128i;
  static constexpr size_t kVectorBytes = 16;

  static Vector load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
  static void store(char* at, Vector v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(at), v); }
  static Vector with_bit(Vector v, char bit) { return _mm_or_si128(v, _mm_set1_epi8(bit)); }
  // As signed bytes, those beyond ASCII are negative.
  static Vector is_in_range(Vector v, unsigned char first, unsigned char last) {
    return _mm_andnot_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(static_cast<char>(last))),
                            _mm_cmpgt_epi8(v, _mm_set1_epi8(static_cast<char>(first - 1))));
  }
  static Vector lowercase(Vector v) {
    return _mm_or_si128(v, _mm_and_si128(is_in_range(v, 'A', 'Z'), _mm_set1_epi8(0x20)));
  }
  static uint64_t high_bits(Vector v) { return static_cast<unsigned>(_mm_movemask_epi8(v)); }
#else
  using Vector = uint64_t;
  static constexpr size_t kVectorBytes = 8;

  static Vector load(const char* at) { return ascii::load(at); }
  static void store(char* at, Vector v) { std::memcpy(at, &v, sizeof v); }
  static Vector with_bit(Vector v, char bit) { return v | ascii::kOnes * static_cast<unsigned char>(bit); }
  static Vector is_in_range(Vector v, unsigned char first, unsigned char last) {
    return ascii::in_range(v, first, last);
  }
  static Vector lowercase(Vector v) { return v | ascii::in_range(v, 'A', 'Z') >> 2; }
  // The product brings the high bits of the eight bytes together in the uppermost one.
  static uint64_t high_bits(Vector v) { return ((v & ascii::kHighs) >> 7) * 0x0102040810204080u >> 56; }
#endif
  static constexpr size_t kVectors = kSize / kVectorBytes;

  template <typename Question>
  uint64_t ask(const Question& question) const {
    uint64_t answer = 0;
    for (size_t i = 0; i < kVectors; ++i) answer |= high_bits(question(vectors_[i])) << (i * kVectorBytes);
    return answer;
  }

  Vector vectors_[kVectors];
};

}  // namespace slm::text
