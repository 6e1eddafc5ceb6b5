#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "slm/text/bpe_model.h"
#include "slm/text/short_word.h"
#include "slm/text/small_merge_table.h"

namespace slm::text {

// What merging short words needs.
struct ShortWordMerges {
  std::array<uint16_t, 256> byte_ids{};
  std::vector<uint16_t> byte_pairs;  // by first byte * 256 + second: what they become, or kNone
  SmallMergeTable merges;
};

// The tokens of a short word: at most one for each byte.
struct alignas(32) ShortWordIds {
  uint16_t ids[ShortWord::kMaxBytes];
  uint16_t count;
};

// Finds the tokens of words. `ids` has as many places as there are words.
using MergeShortWords = void (*)(const ShortWordMerges& merges, std::span<const ShortWord> words, ShortWordIds* ids);
void merge_short_words(const ShortWordMerges& merges, std::span<const ShortWord> words, ShortWordIds* ids);
// The same with AVX-512, in half the time where there are four words or more; null where the processor has not got it.
MergeShortWords avx512_merge_short_words();

// Merges the bytes of words of up to 15 bytes, as ByteMerger does, in registers: for byte-level models with ids below
// 65535 that number tokens in the order in which merges make them, as trainers do.
class ShortWordMerger {
 public:
  // `byte_ids`: the token of each byte.
  ShortWordMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids);

  // False for other models.
  bool can_merge() const { return can_merge_; }

  // The tables, for the functions above.
  const ShortWordMerges& merges() const { return merges_; }
  void merge(std::span<const ShortWord> words, ShortWordIds* ids) const { merge_(merges_, words, ids); }

 private:
  bool fill_tables(const BpeModel& model, const std::array<int32_t, 256>& byte_ids);

  ShortWordMerges merges_;
  bool can_merge_;
  MergeShortWords merge_ = merge_short_words;
};

}  // namespace slm::text
