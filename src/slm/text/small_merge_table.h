#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__  // part of every x86-64 processor
#include <emmintrin.h>
#endif

#include "slm/text/zeroed_table.h"

namespace slm::text {

// Merges by pairs of ids, where all ids are below 65535: ten to a cache line, of which a look-up reads one and, there
// or not, has no branch that is hard to predict.
class SmallMergeTable {
 public:
  static constexpr uint16_t kNone = UINT16_MAX;

  SmallMergeTable() = default;
  explicit SmallMergeTable(size_t num_merges) : buckets_(std::bit_ceil(num_merges / 8 + 1)) {
    for (Bucket& bucket : buckets_) bucket.ids[kWays] = kNone;
  }

  // A pair that is not there yet, of ids below kNone.
  void add(uint16_t left, uint16_t right, uint16_t id) {
    const uint32_t key = key_of(left, right);
    size_t place = static_cast<size_t>(home_of(key) - buckets_.begin());
    while (buckets_[place].size == kWays) {
      buckets_[place].is_over_full = true;
      place = place + 1 < buckets_.size() ? place + 1 : 0;
    }
    Bucket* const bucket = &buckets_[place];
    bucket->keys[bucket->size] = key;
    bucket->ids[bucket->size++] = id;
  }

  // What the pair becomes, or kNone.
  uint16_t find(uint16_t left, uint16_t right) const {
    const uint32_t key = key_of(left, right);
    const Bucket* bucket = home_of(key);
    uint16_t id = bucket->find(key);
    while (bucket->is_over_full && id == kNone) [[unlikely]] {  // asked in this order: few are over-full
        bucket = behind(bucket);
        id = bucket->find(key);
      }
    return id;
  }

  static constexpr size_t kWays = 10;
  struct alignas(64) Bucket {
    uint32_t keys[kWays];     // 0: unused
    uint16_t ids[kWays + 1];  // and kNone
    uint8_t size;
    bool is_over_full;  // merges that belong here are in the next one

    uint16_t find(uint32_t key) const {
#ifdef __SSE2__
      const __m128i wanted = _mm_set1_epi32(static_cast<int>(key));
      const auto is_in = [&](size_t first) {
        return _mm_cmpeq_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(keys + first)), wanted);
      };
      const __m128i found = _mm_packs_epi16(_mm_packs_epi32(is_in(0), is_in(4)), _mm_packs_epi32(is_in(8), is_in(8)));
      return id_of(static_cast<unsigned>(_mm_movemask_epi8(found)));
#else
      size_t i = 0;
      while (i < kWays && keys[i] != key) ++i;
      return ids[i];
#endif
    }
    // `is_key`: a bit for each place that has the key; other bits do not matter.
    uint16_t id_of(unsigned is_key) const {
      return ids[std::countr_zero((is_key & ((1u << kWays) - 1)) | 1u << kWays)];
    }
  };

  // Not 0, as no pair is of kNone twice.
  static uint32_t key_of(uint16_t left, uint16_t right) { return (uint32_t{left} << 16 | right) + 1; }
  // Where a look-up begins, and where it goes on.
  const Bucket* home_of(uint32_t key) const {
    return &buckets_[static_cast<size_t>(key * 0x9E3779B97F4A7C15u >> 40) & (buckets_.size() - 1)];
  }
  const Bucket* behind(const Bucket* bucket) const {
    return bucket + 1 == buckets_.end() ? buckets_.begin() : bucket + 1;
  }

 private:
  ZeroedTable<Bucket> buckets_;
};

}  // namespace slm::text
