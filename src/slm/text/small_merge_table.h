#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "slm/text/zeroed_table.h"

namespace slm::text {

// Merges by pairs of ids below 65535, in four bytes each: a perfect hash, by hashing and displacing (Belazzouqui,
// Botelho and Dietzfelbinger, 2009). A look-up reads two places and has no branch, whether the pair is there or not.
class SmallMergeTable {
 public:
  static constexpr uint16_t kNone = UINT16_MAX;
  static constexpr size_t kMaxMerges = 54000;  // beyond it, places would be hard to find

  struct Entry {
    uint16_t left, right, id;
  };

  SmallMergeTable() = default;
  // Different pairs of ids below kNone, at most kMaxMerges of them.
  explicit SmallMergeTable(std::span<const Entry> merges);

  // False where there is no place for some merge, which chance hardly brings about: the table is of no use then.
  bool is_complete() const { return is_complete_; }

  // What the pair becomes, or kNone.
  uint16_t find(uint16_t left, uint16_t right) const {
    const uint32_t key = mixed(left, right);
    const uint32_t slot = slots_[slot_of(key, displacements_[key & UINT16_MAX >> (16 - kGroupBits)])];
    return (slot & UINT16_MAX) == (key & UINT16_MAX) ? static_cast<uint16_t>(slot >> 16) : kNone;
  }

 private:
  static constexpr int kGroupBits = 14;

  // Every pair has its own: three steps that can each be undone.
  static uint32_t mixed(uint16_t left, uint16_t right) {
    uint32_t key = (uint32_t{left} << 16 | right) * 0x9E3779B1u;
    key = (key ^ key >> 15) * 0x85EBCA77u;
    return key ^ key >> 16;
  }
  // Keys with the same lower half have the same displacement, so that the slot tells their upper halves apart: what is
  // kept there is the lower half and the id.
  static uint16_t slot_of(uint32_t key, uint16_t displacement) {
    return static_cast<uint16_t>((key >> 16) + ((key ^ displacement) & UINT16_MAX));
  }

  bool find_places(std::span<const Entry> merges);

  ZeroedTable<uint32_t> slots_;
  std::vector<uint16_t> displacements_;  // of groups of keys, by the lowest bits
  bool is_complete_ = false;
};

}  // namespace slm::text
