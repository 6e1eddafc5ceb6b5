#include "slm/text/small_merge_table.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace slm::text {
namespace {

constexpr size_t kNumSlots = size_t{1} << 16;
constexpr uint32_t kEmpty = uint32_t{SmallMergeTable::kNone} << 16;  // gives kNone, whatever is asked for

}  // namespace

SmallMergeTable::SmallMergeTable(std::span<const Entry> merges)
    : slots_(kNumSlots), displacements_(size_t{1} << kGroupBits), is_complete_(find_places(merges)) {}

// The largest groups come first, while there is most room.
bool SmallMergeTable::find_places(std::span<const Entry> merges) {
  struct Keyed {
    uint32_t key;
    uint16_t id;
  };
  const auto group_of = [](uint32_t key) { return size_t{key & UINT16_MAX >> (16 - kGroupBits)}; };
  const size_t num_groups = displacements_.size();
  std::vector<uint32_t> ends(num_groups + 1);
  for (const Entry& merge : merges) ++ends[group_of(mixed(merge.left, merge.right)) + 1];
  uint32_t largest = 0;
  std::vector<uint32_t> sizes(ends.begin() + 1, ends.end());
  for (const uint32_t size : sizes) largest = std::max(largest, size);
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<Keyed> by_group(merges.size());
  for (const Entry& merge : merges) {
    const uint32_t key = mixed(merge.left, merge.right);
    by_group[ends[group_of(key)]++] = {key, merge.id};
  }
  std::fill(slots_.begin(), slots_.end(), kEmpty);
  uint16_t displacement = 0;
  for (uint32_t size = largest; size > 0; --size) {
    for (size_t group = 0; group < num_groups; ++group) {
      if (sizes[group] != size) continue;
      const auto keys = std::span(by_group).subspan(ends[group] - size, size);
      size_t tries = 0, placed = 0;
      while (placed < keys.size()) {
        if (tries++ == kNumSlots) return false;
        displacement = static_cast<uint16_t>(displacement + 0x9E37);  // odd: all of them come
        for (placed = 0; placed < keys.size(); ++placed) {
          uint32_t& slot = slots_[slot_of(keys[placed].key, displacement)];
          if (slot != kEmpty) break;
          slot = uint32_t{keys[placed].id} << 16 | (keys[placed].key & UINT16_MAX);
        }
        if (placed == keys.size()) break;
        for (size_t i = 0; i < placed; ++i) slots_[slot_of(keys[i].key, displacement)] = kEmpty;
      }
      displacements_[group] = displacement;
    }
  }
  return true;
}

}  // namespace slm::text
