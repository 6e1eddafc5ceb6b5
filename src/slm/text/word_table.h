#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "slm/text/packed_ids.h"
#include "slm/text/versioned_words.h"
#include "slm/text/word_key.h"
#include "slm/text/zeroed_table.h"

namespace slm::text {

// What words became, for all threads at once: up to 15 bytes with PackedIds in a half cache line, 262,144 of them, and
// up to 31 bytes with 7 ids in a whole one, 65,536; 12 MB. Newer words take the places of older ones.
class WordTable {
 public:
  using Entry = VersionedWords<4>;  // a word, its ids
  // Where a short word would be: for prefetch() and find(), so that the one can run ahead of the other.
  using Place = Entry*;

  WordTable();
  Place place_of(const WordKey& word) { return &short_[(word.hash() >> (64 - kShortBits)) * kWays]; }
  // Has the empty word, without ids, and no other.
  Place empty_place() { return &short_[kNumPlaces * kWays]; }
  static void prefetch(Place place) { __builtin_prefetch(place); }

  // `is_second`: the word is not the first one at its place.
  static PackedIds find(const WordKey& key, Place place, bool& is_second) {
    const ShortWord word = key.word();
    Entry::Words words;
    is_second = false;
    if ((place[0].read(words) | difference(words, word)) == 0) [[likely]]
      return {words[2], words[3]};
    is_second = (place[1].read(words) | difference(words, word)) == 0;
    return is_second ? PackedIds{words[2], words[3]} : PackedIds::unknown();
  }
  // Makes the second word the first.
  static void swap(Place place);
  static void insert(const WordKey& word, Place place, const PackedIds& ids);

  // Words of up to kMaxMediumBytes bytes, not empty. find() writes the ids to `ids`, which has room for kMaxMediumIds,
  // and returns their number; 0 where the word is not known.
  static constexpr size_t kMaxMediumBytes = 31, kMaxMediumIds = 7;
  size_t find_medium(std::string_view word, uint64_t hash, int32_t* ids);
  void prefetch_medium(uint64_t hash) const { __builtin_prefetch(&medium_[hash % kNumMedium]); }
  void insert_medium(std::string_view word, uint64_t hash, std::span<const int32_t> ids);

 private:
  static constexpr int kShortBits = 17;
  static constexpr size_t kNumPlaces = size_t{1} << kShortBits;
  static constexpr size_t kWays = 2;  // entries at a place, a cache line: words that come often are in the first
  static constexpr size_t kNumMedium = size_t{1} << 16;

  // Ids that are being written are not known.
  static_assert(Entry::kBeingWritten == PackedIds::kUnknown && Entry::kMarkShift == PackedIds::kCountShift);

  static uint64_t difference(const Entry::Words& words, const ShortWord& word) {
    return (words[0] ^ word.low) | (words[1] ^ word.high);
  }

  ZeroedTable<Entry> short_;
  ZeroedTable<VersionedWords<8>> medium_;  // bytes and length of a word, ids, their number
};

}  // namespace slm::text
