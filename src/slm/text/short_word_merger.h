#pragma once

#include <array>
#include <cstdint>
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

// Writes the tokens of a word that is not empty, at most one for each byte, and returns their number.
using MergeShortWord = size_t (*)(const ShortWordMerges& merges, const ShortWord& word, int32_t* ids);
size_t merge_short_word(const ShortWordMerges& merges, const ShortWord& word, int32_t* ids);
// The same with AVX-512, in half the instructions; null where the processor has not got it.
MergeShortWord avx512_merge_short_word();

// Merges the bytes of a word of up to 15 bytes, as ByteMerger does, in registers: for byte-level models with ids below
// 65535 that number tokens in the order in which merges make them, as trainers do.
class ShortWordMerger {
 public:
  // `byte_ids`: the token of each byte.
  ShortWordMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids);

  // False for other models.
  bool can_merge() const { return can_merge_; }

  // The tables, for the functions above.
  const ShortWordMerges& merges() const { return merges_; }
  size_t merge(const ShortWord& word, int32_t* ids) const { return merge_(merges_, word, ids); }

 private:
  bool can_merge_ = true;
  ShortWordMerges merges_;
  MergeShortWord merge_ = merge_short_word;
};

}  // namespace slm::text
