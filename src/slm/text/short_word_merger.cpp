#include "slm/text/short_word_merger.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "slm/text/small_lanes.h"

namespace slm::text {
namespace {

struct NumberedMerge {
  int32_t left = kNoToken, right = kNoToken, id = kNoToken;
};

std::vector<NumberedMerge> merges_by_rank(const MergeTable& table) {
  std::vector<NumberedMerge> merges;
  table.for_each([&](int32_t left, int32_t right, const Merge& merge) {
    if (merge.rank >= merges.size()) merges.resize(std::max(size_t{merge.rank} + 1, merges.size() * 2));
    merges[merge.rank] = {left, right, merge.id};
  });
  std::erase_if(merges, [](const NumberedMerge& merge) { return merge.id == kNoToken; });
  return merges;
}

}  // namespace

ShortWordMerger::ShortWordMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids) {
  constexpr uint16_t kNone = SmallMergeTable::kNone;
  const std::vector<NumberedMerge> merges = merges_by_rank(model.merges());
  const auto is_in_order = [](const NumberedMerge& a, const NumberedMerge& b) { return a.id < b.id; };
  const auto num_ids = static_cast<size_t>(model.vocabulary().size());
  can_merge_ =
      num_ids <= kNone && std::adjacent_find(merges.begin(), merges.end(), std::not_fn(is_in_order)) == merges.end();
  if (!can_merge_) return;
  std::vector<int16_t> byte_of(num_ids, -1);
  for (size_t byte = 0; byte < byte_ids.size(); ++byte) {
    merges_.byte_ids[byte] = static_cast<uint16_t>(byte_ids[byte]);
    byte_of[merges_.byte_ids[byte]] = static_cast<int16_t>(byte);
  }
  merges_.merges = SmallMergeTable(merges.size());
  merges_.byte_pairs.assign(size_t{1} << 16, kNone);
  for (const NumberedMerge& merge : merges) {
    const auto left = static_cast<uint16_t>(merge.left), right = static_cast<uint16_t>(merge.right);
    const auto id = static_cast<uint16_t>(merge.id);
    merges_.merges.add(left, right, id);
    if (byte_of[left] >= 0 && byte_of[right] >= 0) {
      merges_.byte_pairs[static_cast<size_t>(byte_of[left] * 256 + byte_of[right])] = id;
    }
  }
  if (const MergeShortWord faster = avx512_merge_short_word()) merge_ = faster;
}

// A token lives at the place of its first byte. Each place has, beside the token, what it and the next one become: the
// smallest of these is the next merge to do, the leftmost of equal ones. What is no token stands at both ends.
size_t merge_short_word(const ShortWordMerges& merges, const ShortWord& word, int32_t* ids) {
  constexpr uint16_t kNone = SmallMergeTable::kNone;
  char text[ShortWord::kMaxBytes + 1];
  const size_t size = word.text(text).size();
  std::array<uint16_t, SmallLanes::kSize> pairs;
  uint16_t tokens[ShortWord::kMaxBytes + 2];
  pairs.fill(kNone);
  tokens[0] = tokens[size + 1] = kNone;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    tokens[i + 1] = merges.byte_ids[byte];
    if (i + 1 < size) pairs[i + 1] = merges.byte_pairs[size_t{byte} << 8 | static_cast<unsigned char>(text[i + 1])];
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
    const uint16_t with_previous = merges.merges.find(tokens[previous], id);
    const uint16_t with_next = merges.merges.find(id, tokens[next]);
    merged.set(previous, with_previous);
    merged.set(left, with_next);
    merged.set(right, kNone);
  }
  size_t count = 0;
  for (alive &= (1u << (size + 1)) - 2; alive != 0; alive &= alive - 1) ids[count++] = tokens[std::countr_zero(alive)];
  return count;
}

}  // namespace slm::text
