#include "slm/text/byte_merger.h"

#include <algorithm>
#include <bit>

#include "slm/text/byte_tokenizer.h"
#include "slm/text/long_merge.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// The byte that a character of the byte-level alphabet stands for; -1 for any other.
class SpelledBytes {
 public:
  SpelledBytes() {
    bytes_.fill(-1);
    for (size_t byte = 0; byte < 256; ++byte) {
      bytes_[read_utf8(byte_level_alphabet()[byte], 0).code_point] = static_cast<int>(byte);
    }
  }
  int first_of(std::string_view token) const {
    const auto byte = static_cast<unsigned char>(token[0]);
    return of(byte < 0x80 ? byte : read_utf8(token, 0).code_point);
  }
  int last_of(std::string_view token) const {
    size_t at = token.size() - 1;
    if (const auto byte = static_cast<unsigned char>(token[at]); byte < 0x80) return of(byte);
    while (at > 0 && (static_cast<unsigned char>(token[at]) & 0xC0) == 0x80) --at;
    return of(read_utf8(token, at).code_point);
  }

 private:
  int of(char32_t c) const { return c < bytes_.size() ? bytes_[c] : -1; }
  std::array<int, 0x180> bytes_;
};

}  // namespace

ByteMerger::ByteMerger(const BpeModel& model, const std::array<int32_t, 256>& byte_ids, const ShortWordMerges* small)
    : model_(model), small_(small), byte_ids_(byte_ids) {
  if (small_ == nullptr) byte_pairs_.resize(65536);
  const SpelledBytes spelled;
  const Vocabulary& vocabulary = model.vocabulary();
  model.merges().for_each([&](int32_t left, int32_t right, const Merge& merge) {
    are_ranks_small_ &= merge.rank < kMaxRank;
    // Tokens that are not spelled in bytes never come up.
    const std::string_view left_token = vocabulary.token(left), right_token = vocabulary.token(right);
    if (left_token.empty() || right_token.empty()) return;
    const int last = spelled.last_of(left_token), first = spelled.first_of(right_token);
    if (last < 0 || first < 0) return;
    const size_t pair = pair_of(static_cast<char>(last), static_cast<char>(first));
    joins_[pair / 64] |= uint64_t{1} << (pair % 64);
    const auto is_byte = [&](int byte, int32_t id) { return byte_ids_[static_cast<size_t>(byte)] == id; };
    if (small_ == nullptr && is_byte(last, left) && is_byte(first, right)) byte_pairs_[pair] = merge;
  });
}

void ByteMerger::merge(std::string_view word, std::vector<int32_t>& ids) const {
  if (word.size() <= kFew && are_ranks_small_) {
    int32_t few[kFew];
    ids.insert(ids.end(), few, few + merge_few(word, few));
    return;
  }
  if (word.size() >= kLongMerge && model_.merges().is_in_order()) {
    const auto id_at = [&](size_t i) { return byte_ids_[static_cast<unsigned char>(word[i])]; };
    return merge_long(model_.merges(), word.size(), id_at, [&](int32_t id, size_t, size_t) { ids.push_back(id); });
  }
  std::vector<ModelToken> tokens;
  tokens.reserve(word.size());
  for (size_t i = 0; i < word.size(); ++i) tokens.push_back({byte_ids_[static_cast<unsigned char>(word[i])], i, i + 1});
  merge_tokens(model_.merges(), 0, tokens);
  for (const ModelToken& token : tokens) ids.push_back(token.id);
}

// A search through all pairs after each merge: for few of them that is faster than a queue. A token lives at the place
// of its first byte. Each place has, beside the token, the rank of its merge with the next token together with the
// place itself: the smallest of these is the next merge to do, the leftmost of equal ones.
size_t ByteMerger::merge_few(std::string_view word, int32_t* ids) const {
  constexpr int kPlaceBits = 6;
  static_assert(kFew <= 1 << kPlaceBits && kMaxRank <= 1 << (31 - kPlaceBits));
  constexpr int32_t kNever = INT32_MAX;
  // Signed, because the smallest of signed numbers is found many at a time everywhere. There are
  // whole groups of places, so that the search has no rest.
  constexpr size_t kGroup = 8;
  int32_t order[kFew];
  int32_t tokens[kFew], results[kFew];
  uint8_t next[kFew], previous[kFew];
  const size_t size = word.size();
  const size_t padded_size = (size + kGroup - 1) / kGroup * kGroup;
  std::fill(order + size, order + padded_size, kNever);
  const auto set = [&](size_t place, const Merge& merge) {
    const auto rank = static_cast<int32_t>(merge.rank << kPlaceBits | place);
    order[place] = merge.rank == Merge::kNever ? kNever : rank;
    results[place] = merge.id;
  };
  for (size_t i = 0; i < size; ++i) {
    tokens[i] = byte_ids_[static_cast<unsigned char>(word[i])];
    next[i] = static_cast<uint8_t>(i + 1);
    previous[i] = static_cast<uint8_t>(i - 1);  // of the first place: not used
    set(i, i + 1 < size ? find_pair(word[i], word[i + 1]) : Merge{});
  }
  uint64_t alive = size == 64 ? ~uint64_t{0} : (uint64_t{1} << size) - 1;
  while (true) {
    int32_t best = kNever;
    for (size_t i = 0; i < padded_size; i += kGroup) {
      for (size_t j = i; j < i + kGroup; ++j) best = std::min(best, order[j]);
    }
    if (best == kNever) break;
    const auto left = static_cast<size_t>(best) & (kFew - 1);
    const size_t right = next[left], after = next[right];
    tokens[left] = results[left];
    next[left] = static_cast<uint8_t>(after);
    order[right] = kNever;
    alive &= ~(uint64_t{1} << right);
    if (after < size) previous[after] = static_cast<uint8_t>(left);
    set(left, after < size ? find(tokens[left], tokens[after]) : Merge{});
    if (left > 0) set(previous[left], find(tokens[previous[left]], tokens[left]));
  }
  size_t num_ids = 0;
  for (; alive != 0; alive &= alive - 1) ids[num_ids++] = tokens[std::countr_zero(alive)];
  return num_ids;
}

}  // namespace slm::text
