#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__  // part of every x86-64 processor
#include <emmintrin.h>
#endif

#include "slm/text/short_word.h"

namespace slm::text {

// A ShortWord as a key of tables: in one register where there is one for it.
class WordKey {
 public:
  WordKey() = default;  // not initialized

#ifdef __SSE2__
  explicit WordKey(const ShortWord& word)
      : key_(_mm_set_epi64x(static_cast<int64_t>(word.high), static_cast<int64_t>(word.low))) {}

  // The first `length` bytes at `bytes`, where 16 can be read.
  static WordKey of(const char* bytes, size_t length) {
    const __m128i read = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    return WordKey(_mm_or_si128(_mm_and_si128(read, load(kMasks[length])), load(kLengths[length])));
  }

  ShortWord word() const {
    return {static_cast<uint64_t>(_mm_cvtsi128_si64(key_)),
            static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(key_, key_)))};
  }
  friend bool operator==(const WordKey& a, const WordKey& b) {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(a.key_, b.key_)) == 0xFFFF;
  }

 private:
  explicit WordKey(__m128i key) : key_(key) {}

  struct alignas(16) Words {
    ShortWord word;
  };
  static __m128i load(const Words& words) { return _mm_load_si128(reinterpret_cast<const __m128i*>(&words)); }
  // By length.
  using Table = std::array<Words, ShortWord::kMaxBytes + 1>;
  static constexpr Table kLengths = [] {
    Table lengths{};
    for (size_t i = 0; i < lengths.size(); ++i) lengths[i].word = ShortWord{0, 0}.prefix(i);
    return lengths;
  }();
  static constexpr Table kMasks = [] {
    Table masks{};
    for (size_t i = 0; i < masks.size(); ++i) {
      masks[i].word = ShortWord{UINT64_MAX, UINT64_MAX}.prefix(i);
      masks[i].word.high ^= kLengths[i].word.high;
    }
    return masks;
  }();

  __m128i key_;
#else
  explicit WordKey(const ShortWord& word) : key_(word) {}
  static WordKey of(const char* bytes, size_t length) { return WordKey(ShortWord::of(bytes, length)); }
  ShortWord word() const { return key_; }
  friend bool operator==(const WordKey& a, const WordKey& b) { return a.key_ == b.key_; }

 private:
  ShortWord key_;
#endif
 public:
  uint64_t hash() const { return word().hash(); }
};

}  // namespace slm::text
