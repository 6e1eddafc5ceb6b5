#pragma once

#include <bit>
#include <cstdint>

#include "slm/text/key_filter.h"
#include "slm/text/zeroed_table.h"

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
  void reserve(size_t num_merges) {
    slots_ = ZeroedTable<Slot>(std::bit_ceil(num_merges * 2 + 16));
    filter_ = KeyFilter(num_merges);
  }

  // A later merge of the same pair replaces an earlier one. reserve() must have made room.
  void set(int32_t left, int32_t right, Merge merge) {
    const uint64_t key = key_of(left, right), hash = hash_of(key);
    slots_[slot_of(key, hash)] = {key, merge.rank, merge.id};
    filter_.add(hash);
  }

  // Whether no token is made by a merge of higher rank than one that it goes into, as with all trained merges: then
  // merges are done in the order of their ranks.
  bool is_in_order() const { return is_in_order_; }
  void set_in_order(bool is_in_order) { is_in_order_ = is_in_order; }

  // rank is Merge::kNever where the pair does not merge.
  Merge find(int32_t left, int32_t right) const {
    const uint64_t key = key_of(left, right), hash = hash_of(key);
    if (slots_.size() == 0 || !filter_.may_have(hash)) return {};
    const Slot& slot = slots_[slot_of(key, hash)];
    return slot.key == key ? Merge{slot.rank, slot.id} : Merge{};
  }

  // Calls visit(left, right, merge) for each, in no particular order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.key == kEmpty) continue;
      const uint64_t pair = slot.key - 1;
      visit(static_cast<int32_t>(pair >> 32), static_cast<int32_t>(pair & UINT32_MAX), Merge{slot.rank, slot.id});
    }
  }

 private:
  static constexpr uint64_t kEmpty = 0;
  struct Slot {
    uint64_t key;
    uint32_t rank;
    int32_t id;
  };

  static uint64_t key_of(int32_t left, int32_t right) {
    return (uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right)) + 1;
  }
  static uint64_t hash_of(uint64_t key) { return key * 0x9E3779B97F4A7C15u; }

  size_t slot_of(uint64_t key, uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = hash >> 32 & mask;
    while (slots_[slot].key != key && slots_[slot].key != kEmpty) slot = (slot + 1) & mask;
    return slot;
  }

  ZeroedTable<Slot> slots_;  // open addressing; a power of two, at most half full
  KeyFilter filter_;
  bool is_in_order_ = false;
};

}  // namespace slm::text
