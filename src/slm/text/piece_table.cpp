#include "slm/text/piece_table.h"

#include <algorithm>
#include <bit>

namespace slm::text {

template <typename Visit>
void PieceTable::for_each_piece(std::string_view prefix, const Visit& visit) const {
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (!vocabulary_.has(id)) continue;
    const std::string_view token = vocabulary_.token(id);
    if (!token.empty()) visit(token, id, false);
    if (token.starts_with(prefix) && token.size() > prefix.size()) visit(token.substr(prefix.size()), id, true);
  }
}

PieceTable::PieceTable(const Vocabulary& vocabulary, std::string_view prefix)
    : vocabulary_(vocabulary), prefix_bytes_(prefix.size()) {
  size_t num_short = 0, num_long[2] = {0, 0};
  for_each_piece(prefix, [&](std::string_view text, int32_t, bool goes_on) {
    ++(text.size() <= ShortWord::kMaxBytes ? num_short : num_long[goes_on]);
  });
  const size_t num_places = std::bit_ceil(num_short + num_short / 2 + 2);
  short_ = {std::vector<ShortWord>(num_places), std::vector<int32_t>(num_places, kNoToken),
            64 - std::countr_zero(num_places)};
  for (const bool goes_on : {false, true}) long_[goes_on].resize(std::bit_ceil(num_long[goes_on] * 2 + 2));
  for_each_piece(prefix, [&](std::string_view text, int32_t id, bool goes_on) { add(text, id, goes_on); });
}

void PieceTable::add(std::string_view text, int32_t id, bool goes_on) {
  longest_[goes_on] = std::max(longest_[goes_on], text.size());
  const ShortWord beginning = ShortWord::of(text.substr(0, ShortWord::kMaxBytes));
  for (size_t length = 1; length <= beginning.length(); ++length) {
    filter_.add(key_of(beginning.prefix(length), goes_on).hash(), Filter::kMayBegin);
  }
  if (text.size() <= ShortWord::kMaxBytes) {
    const ShortWord key = key_of(beginning, goes_on);
    filter_.add(key.hash(), Filter::kMayBe);
    size_t place = key.hash() >> short_.shift;
    while (short_.ids[place] != kNoToken) place = (place + 1) & (short_.ids.size() - 1);
    short_.keys[place] = key;
    short_.ids[place] = id;
    return;
  }
  uint64_t hash = kSeeds[goes_on];
  for (const char c : text) hash = step(hash, c);
  filter_.add(hash, Filter::kMayBe);
  auto& pieces = long_[goes_on];
  size_t place = hash & (pieces.size() - 1);
  while (pieces[place].id != kNoToken) place = (place + 1) & (pieces.size() - 1);
  pieces[place] = {static_cast<uint32_t>(hash >> 32), id};
}

uint32_t PieceTable::candidates(const ShortWord& text, size_t length, bool goes_on) const {
  uint32_t lengths = 0;
  for (size_t i = 1; i <= length; ++i) {
    const unsigned answer = filter_.ask(key_of(text.prefix(i), goes_on).hash());
    if (answer == Filter::kNothing) return lengths;
    lengths |= answer / Filter::kMayBe << i;
  }
  return lengths | kMayGoOn;
}

PieceTable::Found PieceTable::longest_of(uint32_t lengths, const ShortWord& text, bool goes_on) const {
  for (lengths &= ~kMayGoOn; lengths != 0; lengths ^= std::bit_floor(lengths)) {
    const auto length = static_cast<size_t>(std::bit_width(lengths) - 1);
    const ShortWord key = key_of(text.prefix(length), goes_on);
    size_t place = key.hash() >> short_.shift;
    for (; short_.ids[place] != kNoToken; place = (place + 1) & (short_.ids.size() - 1)) {
      if (short_.keys[place] == key) return {short_.ids[place], length};
    }
  }
  return {};
}

PieceTable::Found PieceTable::longest(const ShortWord& text, size_t length, bool goes_on) const {
  return longest_of(candidates(text, length, goes_on), text, goes_on);
}

int32_t PieceTable::find_long(std::string_view text, uint64_t hash, bool goes_on) const {
  const auto& pieces = long_[goes_on];
  for (size_t place = hash & (pieces.size() - 1); pieces[place].id != kNoToken;
       place = (place + 1) & (pieces.size() - 1)) {
    if (pieces[place].hash == hash >> 32 && spelling(pieces[place].id, goes_on) == text) return pieces[place].id;
  }
  return kNoToken;
}

PieceTable::Found PieceTable::longest_long(std::string_view text, bool goes_on) const {
  struct Candidate {
    uint64_t hash;
    size_t length;
  };
  constexpr size_t kMaxCandidates = 32;  // that the filter lets pass; of more, the shortest are found by another pass
  Candidate candidates[kMaxCandidates];
  size_t num_candidates = 0;
  uint64_t hash = kSeeds[goes_on];
  const size_t limit = std::min(text.size(), longest_[goes_on]);
  for (size_t i = 0; i < limit; ++i) {
    hash = step(hash, text[i]);
    if (i < ShortWord::kMaxBytes || (filter_.ask(hash) & Filter::kMayBe) == 0) continue;
    candidates[num_candidates++ % kMaxCandidates] = {hash, i + 1};
  }
  for (size_t tried = 0; tried < std::min(num_candidates, kMaxCandidates); ++tried) {
    const Candidate& candidate = candidates[(num_candidates - 1 - tried) % kMaxCandidates];
    const int32_t id = find_long(text.substr(0, candidate.length), candidate.hash, goes_on);
    if (id != kNoToken) return {id, candidate.length};
  }
  if (num_candidates <= kMaxCandidates) return {};
  return longest_long(text.substr(0, candidates[num_candidates % kMaxCandidates].length - 1), goes_on);
}

PieceTable::Found PieceTable::longest(std::string_view text, bool goes_on) const {
  if (text.size() <= ShortWord::kMaxBytes) return longest(ShortWord::of(text), text.size(), goes_on);
  const ShortWord beginning = ShortWord::of(text.data(), ShortWord::kMaxBytes);
  const uint32_t lengths = candidates(beginning, ShortWord::kMaxBytes, goes_on);
  if ((lengths & kMayGoOn) != 0 && longest_[goes_on] > ShortWord::kMaxBytes) {
    if (const Found found = longest_long(text, goes_on); found.id != kNoToken) return found;
  }
  return longest_of(lengths, beginning, goes_on);
}

}  // namespace slm::text
