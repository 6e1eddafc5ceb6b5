#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slm::text {

// Two neighbouring tokens: the left id in the upper half.
constexpr uint64_t pair_of(int32_t left, int32_t right) {
  return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
}
constexpr int32_t left_of(uint64_t pair) { return static_cast<int32_t>(pair >> 32); }
constexpr int32_t right_of(uint64_t pair) { return static_cast<int32_t>(pair & UINT32_MAX); }

// How often each pair of tokens comes. A pair that was never seen counts 0, and one that counts 0 may be forgotten.
class PairCounts {
 public:
  PairCounts() : slots_(kInitialSlots) {}

  // The new count.
  int64_t add(uint64_t pair, int64_t by) {
    if (num_used_ >= slots_.size() / 4 * 3) rebuild();
    Slot& slot = slots_[slot_of(pair)];
    if (slot.pair == kEmpty) {
      slot = {pair, 0};
      ++num_used_;
    }
    return slot.count += by;
  }
  int64_t operator[](uint64_t pair) const {
    const Slot& slot = slots_[slot_of(pair)];
    return slot.pair == kEmpty ? 0 : slot.count;
  }
  void prefetch(uint64_t pair) const { __builtin_prefetch(&slots_[first_slot_of(pair)]); }

  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.pair != kEmpty) visit(slot.pair, slot.count);
    }
  }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;  // no pair: ids are not negative
  static constexpr size_t kInitialSlots = size_t{1} << 16;

  struct Slot {
    uint64_t pair = kEmpty;
    int64_t count = 0;
  };

  size_t first_slot_of(uint64_t pair) const {
    return (pair * 0x9E3779B97F4A7C15u ^ pair >> 29) * 0xD6E8FEB86659FD93u >> 20 & (slots_.size() - 1);
  }
  size_t slot_of(uint64_t pair) const {
    size_t slot = first_slot_of(pair);
    while (slots_[slot].pair != pair && slots_[slot].pair != kEmpty) slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  // With twice the room, if it is needed for what does not count 0.
  void rebuild() {
    size_t num_alive = 0;
    for (const Slot& slot : slots_) num_alive += slot.pair != kEmpty && slot.count != 0 ? 1 : 0;
    std::vector<Slot> old(num_alive > slots_.size() / 8 * 3 ? slots_.size() * 2 : slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.pair != kEmpty && slot.count != 0) slots_[slot_of(slot.pair)] = slot;
    }
    num_used_ = num_alive;
  }

  std::vector<Slot> slots_;  // open addressing, a power of two
  size_t num_used_ = 0;
};

}  // namespace slm::text
