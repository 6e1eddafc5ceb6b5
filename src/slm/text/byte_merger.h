#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "slm/text/bpe_model.h"
#include "slm/text/short_word_merger.h"

namespace slm::text {

// Merges the bytes of a word with the merges of a byte-level BPE model: what merge_tokens() gives, faster.
class ByteMerger {
 public:
  // `byte_ids`: the token of each byte. `small`: the same merges in smaller tables, or null. Both must outlive the
  // merger.
  ByteMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids, const ShortWordMerges* small);

  // Appends the tokens of a word.
  void merge(std::string_view word, std::vector<int32_t>& ids) const;

  // Writes the tokens of a word of up to kFew bytes, at most one for each byte, and returns their number. Only where
  // can_merge_few() is true.
  static constexpr size_t kFew = 64;
  bool can_merge_few() const { return are_ranks_small_; }
  size_t merge_few(std::string_view word, int32_t* ids) const;

  // Where a word, from its first byte on, falls into parts that no merge joins: the end of the first part.
  size_t first_part_end(std::string_view word) const {
    for (size_t i = 1; i < word.size(); ++i) {
      const size_t pair = pair_of(word[i - 1], word[i]);
      if ((joins_[pair / 64] >> (pair % 64) & 1) == 0) return i;
    }
    return word.size();
  }

 private:
  static constexpr uint32_t kMaxRank = 1 << 24;

  static size_t pair_of(char left, char right) {
    return size_t{static_cast<unsigned char>(left)} << 8 | static_cast<unsigned char>(right);
  }
  // In smaller tables a merge's rank is the id that it gives.
  static Merge merge_to(uint16_t id) { return id == SmallMergeTable::kNone ? Merge{} : Merge{id, id}; }
  Merge find(int32_t left, int32_t right) const {
    if (small_ == nullptr) return model_.merges().find(left, right);
    return merge_to(small_->merges.find(static_cast<uint16_t>(left), static_cast<uint16_t>(right)));
  }
  Merge find_pair(char left, char right) const {
    return small_ == nullptr ? byte_pairs_[pair_of(left, right)] : merge_to(small_->byte_pairs[pair_of(left, right)]);
  }

  const BpeModel& model_;
  const ShortWordMerges* small_;
  std::array<int32_t, 256> byte_ids_;
  std::vector<Merge> byte_pairs_;             // by pair_of(): the merge of two bytes; where there are no smaller tables
  std::array<uint64_t, 65536 / 64> joins_{};  // bits by pair_of(): where some merge joins
  bool are_ranks_small_ = true;
};

}  // namespace slm::text
