#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace slm::text {

// What becomes of two neighbouring tokens.
struct Merge {
  static constexpr uint32_t kNever = UINT32_MAX;
  uint32_t rank = kNever;  // smaller goes first
  int32_t id = 0;          // of the token they become
};

// Merges by pairs of ids.
class MergeTable {
 public:
  void reserve(size_t num_merges) { slots_.assign(std::bit_ceil(num_merges * 2 + 16), Slot{}); }

  // A later merge of the same pair replaces an earlier one. reserve() must have made room.
  void set(int32_t left, int32_t right, Merge merge) {
    slots_[slot_of(key_of(left, right))] = {key_of(left, right), merge};
  }

  // rank is Merge::kNever where the pair does not merge.
  Merge find(int32_t left, int32_t right) const {
    return slots_.empty() ? Merge{} : slots_[slot_of(key_of(left, right))].merge;
  }

  // Calls visit(left, right, merge) for each, in no particular order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.key == kEmpty) continue;
      visit(static_cast<int32_t>(slot.key >> 32), static_cast<int32_t>(slot.key & UINT32_MAX), slot.merge);
    }
  }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };

  static uint64_t key_of(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }

  size_t slot_of(uint64_t key) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = (key * 0x9E3779B97F4A7C15u) >> 32 & mask;
    while (slots_[slot].key != key && slots_[slot].key != kEmpty) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<Slot> slots_;  // open addressing; a power of two, at most half full
};

}  // namespace slm::text
