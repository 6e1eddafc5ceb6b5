#include "slm/text/short_word_merger.h"

#ifdef __x86_64__
#include <immintrin.h>

#include <algorithm>
#include <bit>

#include "slm/kernels/isa.h"
#endif

namespace slm::text {

#ifdef __x86_64__
namespace {

constexpr uint16_t kNone = SmallMergeTable::kNone;

[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] inline uint16_t find(const SmallMergeTable& merges, uint16_t left,
                                                                         uint16_t right) {
  const uint32_t key = SmallMergeTable::key_of(left, right);
  const __m512i wanted = _mm512_set1_epi32(static_cast<int>(key));
  const SmallMergeTable::Bucket* bucket = merges.home_of(key);
  uint16_t id = bucket->id_of(_mm512_cmpeq_epi32_mask(_mm512_load_si512(bucket), wanted));
  while (bucket->is_over_full && id == kNone) [[unlikely]] {
      bucket = merges.behind(bucket);
      id = bucket->id_of(_mm512_cmpeq_epi32_mask(_mm512_load_si512(bucket), wanted));
    }
  return id;
}

// See merge_short_word().
[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] size_t merge(const ShortWordMerges& merges, const ShortWord& word,
                                                                 int32_t* ids) {
  char text[ShortWord::kMaxBytes + 1];
  const size_t size = word.text(text).size();
  uint16_t first_pairs[ShortWord::kMaxBytes + 1];
  uint16_t tokens[ShortWord::kMaxBytes + 2];
  std::fill(std::begin(first_pairs), std::end(first_pairs), kNone);
  tokens[0] = tokens[size + 1] = kNone;
  tokens[1] = merges.byte_ids[static_cast<unsigned char>(text[0])];
  for (size_t i = 1; i < size; ++i) {
    const auto last = static_cast<unsigned char>(text[i - 1]), byte = static_cast<unsigned char>(text[i]);
    tokens[i + 1] = merges.byte_ids[byte];
    first_pairs[i] = merges.byte_pairs[size_t{last} << 8 | byte];
  }
  __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first_pairs));
  uint32_t alive = (1u << (size + 2)) - 1;
  while (true) {
    // The smallest of each half in the lower 16 bits, above it its place.
    const __m128i low = _mm_minpos_epu16(_mm256_castsi256_si128(pairs));
    const __m128i high = _mm_minpos_epu16(_mm256_extracti128_si256(pairs, 1));
    const uint32_t smallest = std::min(std::rotl(static_cast<uint32_t>(_mm_cvtsi128_si32(low)), 16),
                                       std::rotl(static_cast<uint32_t>(_mm_cvtsi128_si32(high)), 16) | 8);
    const auto id = static_cast<uint16_t>(smallest >> 16);
    if (id == kNone) break;
    const size_t left = smallest & 15;
    const uint32_t before = alive & ((1u << left) - 1), behind = alive & ~((2u << left) - 1);
    const auto previous = static_cast<size_t>(std::bit_width(before) - 1);
    const uint32_t right = behind & (~behind + 1);
    const auto next = static_cast<size_t>(std::countr_zero(behind ^ right));
    tokens[left] = id;
    alive ^= right;
    const uint16_t with_previous = find(merges.merges, tokens[previous], id);
    const uint16_t with_next = find(merges.merges, id, tokens[next]);
    const auto lane = [](size_t place) { return static_cast<__mmask16>(1u << place); };
    pairs = _mm256_mask_set1_epi16(pairs, lane(previous), static_cast<int16_t>(with_previous));
    pairs = _mm256_mask_set1_epi16(pairs, lane(left), static_cast<int16_t>(with_next));
    pairs = _mm256_mask_set1_epi16(pairs, static_cast<__mmask16>(right), static_cast<int16_t>(kNone));
  }
  size_t count = 0;
  for (alive &= (1u << (size + 1)) - 2; alive != 0; alive &= alive - 1) ids[count++] = tokens[std::countr_zero(alive)];
  return count;
}

}  // namespace

MergeShortWord avx512_merge_short_word() { return kernels::has_avx512() ? merge : nullptr; }
#else
MergeShortWord avx512_merge_short_word() { return nullptr; }
#endif

}  // namespace slm::text
