#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "slm/text/utf8.h"

namespace slm::text {

// A value for every code point, in two steps: a block of 256 by the upper bits, then the entry. Equal blocks of one
// value are stored once, so a table takes a few hundred KB and is made in less than a millisecond.
template <typename T>
class CodePointMap {
 public:
  // `transitions`: start, value, start, value, ..., rising from 0.
  explicit CodePointMap(std::span<const uint32_t> transitions) {
    std::map<T, uint16_t> uniform_blocks;
    size_t run = 0;
    const auto value_at = [&](char32_t c) {
      while (2 * run + 2 < transitions.size() && transitions[2 * run + 2] <= c) ++run;
      return static_cast<T>(transitions[2 * run + 1]);
    };
    for (char32_t begin = 0; begin <= kLastCodePoint; begin += kBlock) {
      const T first = value_at(begin);
      const bool is_uniform = 2 * run + 2 >= transitions.size() || transitions[2 * run + 2] >= begin + kBlock;
      if (is_uniform) {
        const auto [place, is_new] = uniform_blocks.try_emplace(first, next_block());
        blocks_.push_back(place->second);
        if (is_new) values_.insert(values_.end(), kBlock, first);
      } else {
        blocks_.push_back(next_block());
        for (char32_t c = begin; c < begin + kBlock; ++c) values_.push_back(value_at(c));
      }
    }
  }

  T operator[](char32_t c) const { return values_[blocks_[c / kBlock] * size_t{kBlock} + c % kBlock]; }

 private:
  static constexpr char32_t kBlock = 256;

  uint16_t next_block() const { return static_cast<uint16_t>(values_.size() / kBlock); }

  std::vector<uint16_t> blocks_;  // by code point / 256
  std::vector<T> values_;         // 256 for each distinct block
};

}  // namespace slm::text
