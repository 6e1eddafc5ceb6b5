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

// A word as merge_short_word() has it: here nothing depends on how many merges it takes, so that several go on together
// while each waits for its look-ups.
struct MergedWord {
  __m256i pairs;
  uint32_t alive;
  // What precedes the first place is read, and not used, where there is no merge left.
  uint16_t memory[ShortWord::kMaxBytes + 3];
  uint16_t* tokens() { return memory + 1; }
};

[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] inline void start(const ShortWordMerges& merges,
                                                                      const ShortWord& word, MergedWord& merged) {
  char text[ShortWord::kMaxBytes + 1];
  const size_t size = word.text(text).size();
  uint16_t first_pairs[ShortWord::kMaxBytes + 1];
  uint16_t* const tokens = merged.tokens();
  tokens[-1] = tokens[0] = first_pairs[0] = kNone;
  for (size_t i = 0; i < ShortWord::kMaxBytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    tokens[i + 1] = merges.byte_ids[byte];
    if (i > 0) first_pairs[i] = merges.byte_pairs[size_t{static_cast<unsigned char>(text[i - 1])} << 8 | byte];
  }
  tokens[size + 1] = kNone;
  const auto has_pair = static_cast<__mmask16>(((1u << size) - 1) & ~1u);
  merged.pairs = _mm256_mask_loadu_epi16(_mm256_set1_epi16(static_cast<int16_t>(kNone)), has_pair, first_pairs);
  merged.alive = (1u << (size + 2)) - 1;
}

[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] inline void set(__m256i& pairs, uint32_t lane, uint16_t value) {
  pairs = _mm256_mask_set1_epi16(pairs, static_cast<__mmask16>(lane), static_cast<int16_t>(value));
}

// Does the next merge. False, and nothing changes, where there is none.
[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] inline bool merge_once(const SmallMergeTable& merges,
                                                                           MergedWord& merged) {
  // The smallest of each half in the lower 16 bits, above it its place.
  const __m128i low = _mm_minpos_epu16(_mm256_castsi256_si128(merged.pairs));
  const __m128i high = _mm_minpos_epu16(_mm256_extracti128_si256(merged.pairs, 1));
  const uint32_t smallest = std::min(std::rotl(static_cast<uint32_t>(_mm_cvtsi128_si32(low)), 16),
                                     std::rotl(static_cast<uint32_t>(_mm_cvtsi128_si32(high)), 16) | 8);
  const auto id = static_cast<uint16_t>(smallest >> 16);
  const uint32_t all_or_none = id == kNone ? 0 : ~uint32_t{0};
  const uint32_t left = smallest & 15;  // 0 where there is no merge: nothing stands there
  const uint32_t before = _bzhi_u32(merged.alive, left), behind = merged.alive & ~uint32_t{1} << left;
  const int previous = 31 - static_cast<int>(_lzcnt_u32(before));
  const uint32_t right = _blsi_u32(behind) & all_or_none;
  const uint32_t next = _tzcnt_u32(_blsr_u32(behind));
  uint16_t* const tokens = merged.tokens();
  tokens[left] = id;
  merged.alive ^= right;
  const uint16_t with_previous = merges.find(tokens[previous], id);
  const uint16_t with_next = merges.find(id, tokens[next]);
  set(merged.pairs, (uint32_t{1} << (previous & 31)) & all_or_none, with_previous);
  set(merged.pairs, (uint32_t{1} << left) & all_or_none, with_next);
  set(merged.pairs, right, kNone);
  return all_or_none != 0;
}

[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] inline void finish(MergedWord& merged, ShortWordIds& ids) {
  const uint32_t behind_end = std::bit_floor(merged.alive);
  const auto alive = static_cast<__mmask16>((merged.alive & ~behind_end) >> 1);
  const __m256i tokens = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(merged.tokens() + 1));
  const __m512i kept = _mm512_maskz_compress_epi32(alive, _mm512_maskz_cvtepu16_epi32(alive, tokens));
  _mm256_store_si256(reinterpret_cast<__m256i*>(&ids), _mm512_maskz_cvtepi32_epi16(0xFFFF, kept));
  ids.count = static_cast<uint16_t>(std::popcount(uint32_t{alive}));
}

[[gnu::target("avx512bw,avx512vl,bmi,bmi2,lzcnt")]] void merge(const ShortWordMerges& merges,
                                                               std::span<const ShortWord> words, ShortWordIds* ids) {
  constexpr size_t kTogether = 4;
  for (; !words.empty(); ids += kTogether) {
    const size_t num_words = std::min(words.size(), kTogether);
    MergedWord merged[kTogether];
    // Where words are fewer, one of them stands in: an empty one has no token to look up behind the first.
    for (size_t i = 0; i < kTogether; ++i) start(merges, words[i < num_words ? i : 0], merged[i]);
    bool goes_on = true;
    while (goes_on) {
      goes_on = false;
#pragma GCC unroll 4
      for (size_t i = 0; i < kTogether; ++i) goes_on |= merge_once(merges.merges, merged[i]);
    }
    for (size_t i = 0; i < num_words; ++i) finish(merged[i], ids[i]);
    words = words.subspan(num_words);
  }
}

}  // namespace

MergeShortWords avx512_merge_short_words() { return kernels::has_avx512() ? merge : nullptr; }
#else
MergeShortWords avx512_merge_short_words() { return nullptr; }
#endif

}  // namespace slm::text
