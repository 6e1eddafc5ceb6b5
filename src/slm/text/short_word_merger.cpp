#include "slm/text/short_word_merger.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "slm/text/small_lanes.h"

namespace slm::text {
namespace {

using MergeEntry = SmallMergeTable::Entry;
constexpr uint16_t kNone = SmallMergeTable::kNone;

// In the order of their ranks.
std::vector<MergeEntry> small_merges(const MergeTable& table) {
  std::vector<MergeEntry> merges;
  table.for_each([&](int32_t left, int32_t right, const Merge& merge) {
    if (merge.rank >= merges.size()) {
      merges.resize(std::max(size_t{merge.rank} + 1, merges.size() * 2), {kNone, kNone, kNone});
    }
    merges[merge.rank] = {static_cast<uint16_t>(left), static_cast<uint16_t>(right), static_cast<uint16_t>(merge.id)};
  });
  std::erase_if(merges, [](const MergeEntry& merge) { return merge.id == kNone; });
  return merges;
}

// A token lives at the place of its first byte. Each place has, beside the token, what it and the next one become: the
// smallest of these is the next merge to do, the leftmost of equal ones. What is no token stands at both ends.
void merge_short_word(const ShortWordMerges& merges, const ShortWord& word, ShortWordIds& ids) {
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
  ids.count = 0;
  for (alive &= (1u << (size + 1)) - 2; alive != 0; alive &= alive - 1) {
    ids.ids[ids.count++] = tokens[std::countr_zero(alive)];
  }
}

}  // namespace

ShortWordMerger::ShortWordMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids)
    : can_merge_(fill_tables(model, byte_ids)) {
  if (const MergeShortWords faster = avx512_merge_short_words()) merge_ = faster;
}

bool ShortWordMerger::fill_tables(const BpeModel& model, const std::array<int32_t, 256>& byte_ids) {
  const auto num_ids = static_cast<size_t>(model.vocabulary().size());
  if (num_ids > kNone) return false;
  const std::vector<MergeEntry> merges = small_merges(model.merges());
  const auto is_in_order = [](const MergeEntry& a, const MergeEntry& b) { return a.id < b.id; };
  if (std::adjacent_find(merges.begin(), merges.end(), std::not_fn(is_in_order)) != merges.end()) return false;
  if (merges.size() > SmallMergeTable::kMaxMerges) return false;
  merges_.merges = SmallMergeTable(merges);
  if (!merges_.merges.is_complete()) return false;
  std::vector<int16_t> byte_of(num_ids, -1);
  for (size_t byte = 0; byte < byte_ids.size(); ++byte) {
    merges_.byte_ids[byte] = static_cast<uint16_t>(byte_ids[byte]);
    byte_of[merges_.byte_ids[byte]] = static_cast<int16_t>(byte);
  }
  merges_.byte_pairs.assign(size_t{1} << 16, kNone);
  for (const MergeEntry& merge : merges) {
    if (byte_of[merge.left] < 0 || byte_of[merge.right] < 0) continue;
    merges_.byte_pairs[static_cast<size_t>(byte_of[merge.left] * 256 + byte_of[merge.right])] = merge.id;
  }
  return true;
}

void merge_short_words(const ShortWordMerges& merges, std::span<const ShortWord> words, ShortWordIds* ids) {
  for (const ShortWord& word : words) merge_short_word(merges, word, *ids++);
}

}  // namespace slm::text
