#include "slm/text/piece_table.h"

#include <algorithm>
#include <bit>

namespace slm::text {

PieceTable::PieceTable(const Vocabulary& vocabulary, std::string_view prefix)
    : vocabulary_(vocabulary), prefix_bytes_(prefix.size()), filter_((size_t{1} << kFilterBits) / 64) {
  size_t num_next = 0;
  const auto goes_on = [&](int32_t id) { return vocabulary_.has(id) && vocabulary_.token(id).starts_with(prefix); };
  for (int32_t id = 0; id < vocabulary_.size(); ++id) num_next += goes_on(id) ? 1 : 0;
  slots_[false].resize(std::bit_ceil(vocabulary_.num_tokens() * 2 + 2));
  slots_[true].resize(std::bit_ceil(num_next * 2 + 2));
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (vocabulary_.has(id)) add(id, false);
    if (goes_on(id)) add(id, true);
  }
}

void PieceTable::add(int32_t id, bool goes_on) {
  const std::string_view text = spelling(id, goes_on);
  if (text.empty()) return;
  uint64_t hash = goes_on ? kNextSeed : kFirstSeed;
  for (const char c : text) hash = step(hash, c);
  filter_[filter_bit(hash) / 64] |= uint64_t{1} << (filter_bit(hash) % 64);
  longest_[goes_on] = std::max(longest_[goes_on], text.size());
  auto& slots = slots_[goes_on];
  size_t slot = hash & (slots.size() - 1);
  while (slots[slot].id != kNoToken) slot = (slot + 1) & (slots.size() - 1);
  slots[slot] = {static_cast<uint32_t>(hash >> 32), id};
}

int32_t PieceTable::find(std::string_view text, uint64_t hash, bool goes_on) const {
  const auto& slots = slots_[goes_on];
  for (size_t slot = hash & (slots.size() - 1); slots[slot].id != kNoToken; slot = (slot + 1) & (slots.size() - 1)) {
    if (slots[slot].hash == hash >> 32 && spelling(slots[slot].id, goes_on) == text) return slots[slot].id;
  }
  return kNoToken;
}

PieceTable::Found PieceTable::longest(std::string_view text, bool goes_on) const {
  struct Candidate {
    uint64_t hash;
    size_t length;
  };
  constexpr size_t kMaxCandidates = 32;  // that the filter lets pass; of more, the shortest are found by another pass
  Candidate candidates[kMaxCandidates];
  size_t num_candidates = 0;
  uint64_t hash = goes_on ? kNextSeed : kFirstSeed;
  const size_t limit = std::min(text.size(), longest_[goes_on]);
  for (size_t i = 0; i < limit; ++i) {
    hash = step(hash, text[i]);
    if ((filter_[filter_bit(hash) / 64] >> (filter_bit(hash) % 64) & 1) == 0) continue;
    candidates[num_candidates++ % kMaxCandidates] = {hash, i + 1};
  }
  for (size_t tried = 0; tried < std::min(num_candidates, kMaxCandidates); ++tried) {
    const Candidate& candidate = candidates[(num_candidates - 1 - tried) % kMaxCandidates];
    const int32_t id = find(text.substr(0, candidate.length), candidate.hash, goes_on);
    if (id != kNoToken) return {id, candidate.length};
  }
  if (num_candidates <= kMaxCandidates) return {};
  return longest(text.substr(0, candidates[num_candidates % kMaxCandidates].length - 1), goes_on);
}

}  // namespace slm::text
