#include "slm/text/word_table.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace slm::text {
namespace {

using Medium = VersionedWords<8>;
constexpr size_t kNumKeyWords = 4;  // of a medium word; its ids are behind them

std::array<uint64_t, kNumKeyWords> medium_key(std::string_view word) {
  char bytes[WordTable::kMaxMediumBytes + 1] = {};
  std::memcpy(bytes, word.data(), word.size());
  bytes[WordTable::kMaxMediumBytes] = static_cast<char>(word.size());
  std::array<uint64_t, kNumKeyWords> key;
  std::memcpy(key.data(), bytes, sizeof bytes);
  return key;
}

}  // namespace

WordTable::WordTable() : short_((kNumPlaces + 1) * kWays), medium_(kNumMedium) {}

void WordTable::swap(Place place) {
  Entry::Words first, second;
  if (!place[0].read_whole(first) || !place[1].read_whole(second)) return;
  // Should another thread write now, a word is lost, or twice here: a cache may do that.
  if (place[0].write(second)) place[1].write(first);
}

void WordTable::insert(const WordKey& key, Place place, const PackedIds& ids) {
  const ShortWord word = key.word();
  // A new word comes second, so that it does not push a frequent one away.
  place[place[0].is_unused() ? 0 : 1].write({word.low, word.high, ids.low, ids.high});
}

size_t WordTable::find_medium(std::string_view word, uint64_t hash, int32_t* ids) {
  const auto key = medium_key(word);
  Medium::Words words;
  if (!medium_[hash % kNumMedium].read_whole(words)) return 0;
  if (!std::equal(key.begin(), key.end(), words.begin())) return 0;
  const size_t count = Medium::mark_of(words.back());
  std::memcpy(ids, &words[kNumKeyWords], count * sizeof(int32_t));
  return count;
}

void WordTable::insert_medium(std::string_view word, uint64_t hash, std::span<const int32_t> ids) {
  const auto key = medium_key(word);
  Medium::Words words{};
  std::copy(key.begin(), key.end(), words.begin());
  std::memcpy(&words[kNumKeyWords], ids.data(), ids.size_bytes());
  words.back() |= uint64_t{ids.size()} << Medium::kMarkShift;
  medium_[hash % kNumMedium].write(words);
}

}  // namespace slm::text
