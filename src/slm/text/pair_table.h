#pragma once

#include <cstdint>
#include <vector>

namespace slm::text {

// What a trainer knows about each pair of tokens.
class PairTable {
 public:
  struct Pair {
    int64_t count = 0;
    std::vector<uint32_t> new_words;  // that got the pair and are not queued yet
  };

  // Valid until the next call.
  Pair& operator[](uint64_t pair) {
    if (slots_.size() < 2 * (pairs_.size() + 1)) grow();
    const size_t slot = slot_of(pair);
    if (slots_[slot] == kEmpty) {
      slots_[slot] = static_cast<uint32_t>(pairs_.size());
      keys_.push_back(pair);
      pairs_.emplace_back();
    }
    return pairs_[slots_[slot]];
  }

 private:
  static constexpr uint32_t kEmpty = UINT32_MAX;

  size_t slot_of(uint64_t pair) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = (pair * 0x9E3779B97F4A7C15u) >> 32 & mask;
    while (slots_[slot] != kEmpty && keys_[slots_[slot]] != pair) slot = (slot + 1) & mask;
    return slot;
  }

  void grow() {
    slots_.assign(slots_.empty() ? 1024 : slots_.size() * 2, kEmpty);
    for (size_t i = 0; i < keys_.size(); ++i) slots_[slot_of(keys_[i])] = static_cast<uint32_t>(i);
  }

  std::vector<Pair> pairs_;
  std::vector<uint64_t> keys_;   // of pairs_
  std::vector<uint32_t> slots_;  // indices of pairs_; open addressing, a power of two, at most half full
};

}  // namespace slm::text
