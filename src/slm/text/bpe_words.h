#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "slm/core/error.h"

namespace slm::text {

// Words as sequences of tokens, each with its count, close together in memory: a word is an index that stays.
class BpeWords {
 public:
  // For so many words with so many tokens in all.
  void reserve(size_t num_words, size_t num_tokens) { cells_.reserve(num_words * kHeader + num_tokens); }

  // A word of at least two tokens; others have nothing to merge and are left out.
  void add(std::span<const int32_t> tokens, int64_t count) {
    if (tokens.size() < 2) return;
    if (cells_.size() + kHeader + tokens.size() > kMaxCells) {
      throw Error("[BPE trainer] the distinct words have more than four billion characters: train on less text");
    }
    const size_t at = cells_.size();
    cells_.resize(at + kHeader);
    cells_[at] = cells_[at + kCapacity] = static_cast<int32_t>(tokens.size());
    std::memcpy(&cells_[at + kCount], &count, sizeof count);
    cells_.insert(cells_.end(), tokens.begin(), tokens.end());
  }

  std::span<int32_t> tokens(uint32_t word) {
    return {cells_.data() + word + kHeader, static_cast<size_t>(cells_[word])};
  }
  int64_t count(uint32_t word) const {
    int64_t count;
    std::memcpy(&count, &cells_[word + kCount], sizeof count);
    return count;
  }
  // To fewer tokens: the first `size`.
  void shorten(uint32_t word, size_t size) { cells_[word] = static_cast<int32_t>(size); }

  void prefetch(uint32_t word) const {
    __builtin_prefetch(&cells_[word]);
    __builtin_prefetch(&cells_[word] + 16);
  }

  template <typename Visit>
  void for_each(const Visit& visit) {
    for (size_t at = 0; at < cells_.size(); at += kHeader + static_cast<size_t>(cells_[at + kCapacity])) {
      visit(static_cast<uint32_t>(at));
    }
  }

 private:
  // In front of a word's tokens: how many there are, how many there were, the count in two cells.
  static constexpr size_t kCapacity = 1, kCount = 2, kHeader = 4;
  static constexpr size_t kMaxCells = UINT32_MAX;

  std::vector<int32_t> cells_;
};

}  // namespace slm::text
