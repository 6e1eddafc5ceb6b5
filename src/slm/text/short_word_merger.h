#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "slm/text/bpe_model.h"
#include "slm/text/short_word.h"
#include "slm/text/small_merge_table.h"

namespace slm::text {

// Merges the bytes of a word of up to 15 bytes, as ByteMerger does, in registers: for byte-level models with ids below
// 65535 that number tokens in the order in which merges make them, as trainers do.
class ShortWordMerger {
 public:
  // `byte_ids`: the token of each byte.
  ShortWordMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids);

  // False for other models.
  bool can_merge() const { return can_merge_; }

  // Writes the tokens of a word that is not empty, at most one for each byte, and returns their number.
  size_t merge(const ShortWord& word, int32_t* ids) const;

 private:
  static constexpr uint16_t kNone = SmallMergeTable::kNone;

  bool can_merge_ = true;
  std::array<uint16_t, 256> byte_ids_;
  std::vector<uint16_t> byte_pairs_;  // by first byte * 256 + second: what they become, or kNone
  SmallMergeTable merges_;
};

}  // namespace slm::text
