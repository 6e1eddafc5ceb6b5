#include "slm/text/short_word_merger.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "slm/text/small_lanes.h"

namespace slm::text {
namespace {

struct NumberedMerge {
  uint32_t rank;
  int32_t left, right, id;
};

std::vector<NumberedMerge> merges_by_rank(const MergeTable& table) {
  std::vector<NumberedMerge> merges;
  table.for_each([&](int32_t left, int32_t right, const Merge& merge) {
    merges.push_back({merge.rank, left, right, merge.id});
  });
  std::sort(merges.begin(), merges.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
  return merges;
}

}  // namespace

ShortWordMerger::ShortWordMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids) {
  const std::vector<NumberedMerge> merges = merges_by_rank(model.merges());
  const auto is_in_order = [](const NumberedMerge& a, const NumberedMerge& b) { return a.id < b.id; };
  can_merge_ = model.vocabulary().size() <= kNone &&
               std::adjacent_find(merges.begin(), merges.end(), std::not_fn(is_in_order)) == merges.end();
  if (!can_merge_) return;
  std::transform(byte_ids.begin(), byte_ids.end(), byte_ids_.begin(),
                 [](int32_t id) { return static_cast<uint16_t>(id); });
  merges_ = SmallMergeTable(merges.size());
  for (const NumberedMerge& merge : merges) {
    merges_.add(static_cast<uint16_t>(merge.left), static_cast<uint16_t>(merge.right), static_cast<uint16_t>(merge.id));
  }
  byte_pairs_.resize(size_t{1} << 16);
  for (size_t pair = 0; pair < byte_pairs_.size(); ++pair) {
    byte_pairs_[pair] = merges_.find(byte_ids_[pair >> 8], byte_ids_[pair & 0xFF]);
  }
}

// A token lives at the place of its first byte. Each place has, beside the token, what it and the next one become: the
// smallest of these is the next merge to do, the leftmost of equal ones. What is no token stands at both ends.
size_t ShortWordMerger::merge(const ShortWord& word, int32_t* ids) const {
  char text[ShortWord::kMaxBytes + 1];
  const size_t size = word.text(text).size();
  std::array<uint16_t, SmallLanes::kSize> pairs;
  uint16_t tokens[ShortWord::kMaxBytes + 2];
  pairs.fill(kNone);
  tokens[0] = tokens[size + 1] = kNone;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    tokens[i + 1] = byte_ids_[byte];
    if (i + 1 < size) pairs[i + 1] = byte_pairs_[size_t{byte} << 8 | static_cast<unsigned char>(text[i + 1])];
  }
  SmallLanes merged(pairs);
  uint32_t alive = (1u << (size + 2)) - 1;
  while (true) {
    const auto [id, left] = merged.smallest();
    if (id == kNone) break;
    const uint32_t before = alive & ((1u << left) - 1), behind = alive & ~((2u << left) - 1);
    const auto previous = static_cast<size_t>(std::bit_width(before) - 1);
    const auto right = static_cast<size_t>(std::countr_zero(behind));
    const auto next = static_cast<size_t>(std::countr_zero(behind & (behind - 1)));
    tokens[left] = id;
    alive ^= 1u << right;
    const uint16_t with_previous = merges_.find(tokens[previous], id), with_next = merges_.find(id, tokens[next]);
    merged.set(previous, with_previous);
    merged.set(left, with_next);
    merged.set(right, kNone);
  }
  size_t count = 0;
  for (alive &= (1u << (size + 1)) - 2; alive != 0; alive &= alive - 1) ids[count++] = tokens[std::countr_zero(alive)];
  return count;
}

}  // namespace slm::text
