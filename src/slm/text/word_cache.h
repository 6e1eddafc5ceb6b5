#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/text/word_key.h"
#include "slm/text/zeroed_table.h"

namespace slm::text {

// The ids of a word: up to 7 below 65536, or 3 larger ones as their halves.
struct alignas(16) PackedIds {
  static constexpr size_t kRoom = 8;
  static constexpr uint32_t kElsewhere = UINT16_MAX;
  uint16_t parts[kRoom];  // the last one says how many there are

  // They do not fit: is_elsewhere().
  static PackedIds of(std::span<const int32_t> ids);
  // They are not here.
  static PackedIds elsewhere() { return {{0, 0, 0, 0, 0, 0, 0, kElsewhere}}; }
  bool is_elsewhere() const { return parts[kRoom - 1] == kElsewhere; }

  // Writes them to `out`, which has room for kRoom, and returns their number; kElsewhere where they are not here.
  uint32_t write(int32_t* out) const {
    for (size_t i = 0; i < kRoom; ++i) out[i] = parts[i];  // the count comes along, which saves a branch
    const uint32_t count = parts[kRoom - 1];
    if (count <= kMaxNarrow || count == kElsewhere) [[likely]]
      return count;
    for (size_t i = 0; i < kMaxWide; ++i) out[i] = parts[2 * i] | parts[2 * i + 1] << 16;
    return count - kWide;
  }

  static constexpr size_t kMaxNarrow = 7, kMaxWide = 3;  // ids of 16 and of 32 bits
  static constexpr uint32_t kWide = 256;                 // added to the count of those of 32 bits
};

// What words became, for words that come again: up to 15 bytes and 7 ids below 65536, or 3 larger ones, in a half cache
// line, up to 31 bytes and 7 ids in a whole one, others in an arena. At most 17 MB; results never depend on what is in
// it. Not for several threads at once.
class WordCache {
 public:
  WordCache();

  struct alignas(32) Entry {
    WordKey word;
    PackedIds ids;
  };
  // Where a short word would be: for prefetch() and find(), so that the one can run ahead of the other.
  using Place = Entry*;
  Place place_of(const WordKey& word) { return &short_[(word.hash() >> (64 - kShortBits)) * kWays]; }
  // Has the empty word, without ids, and no other.
  Place empty_place() { return &short_[kNumPlaces * kWays]; }
  static void prefetch(Place place) { __builtin_prefetch(place); }

  // Null where the word is not known; the ids may be elsewhere, where find_long() has them. They stay as they are until
  // the next call.
  static const PackedIds* find(const WordKey& word, Place place) {
    if (place[0].word == word) [[likely]]
      return &place[0].ids;
    if (!(place[1].word == word)) return nullptr;
    std::swap(place[0], place[1]);
    return &place[0].ids;
  }
  static void insert(const WordKey& word, Place place, const PackedIds& ids) {
    // A new word comes second, so that it does not push a frequent one away.
    place[place[0].word == word ? 0 : 1] = {word, ids};
  }

  // Words of any length; empty where the word is not known. The ids stay valid until the next insert.
  std::span<const int32_t> find_long(std::string_view word, uint64_t hash) const;
  void prefetch_long(uint64_t hash) const { __builtin_prefetch(&medium_[hash % kNumMedium]); }
  void insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids);

 private:
  static constexpr int kShortBits = 17;
  static constexpr size_t kNumPlaces = size_t{1} << kShortBits;
  static constexpr size_t kWays = 2;  // entries at a place, a cache line: words that come often are in the first
  static constexpr size_t kNumMedium = size_t{1} << 16;
  static constexpr size_t kNumLong = size_t{1} << 14;
  static constexpr size_t kMaxArena = size_t{1} << 21;  // bytes of keys; a fourth as many ids
  static constexpr size_t kMaxMediumBytes = 31;
  static constexpr size_t kMaxMediumIds = 7;
  static constexpr size_t kMaxLongBytes = 512;  // longer words hardly come again

  struct alignas(64) Medium {
    std::array<char, kMaxMediumBytes> word;
    uint8_t length;  // 0: unused
    std::array<int32_t, kMaxMediumIds> ids;
    uint32_t count;
  };
  struct Long {
    uint64_t hash = 0;
    uint32_t key_begin = 0;
    uint32_t key_length = 0;  // 0: unused
    uint32_t ids_begin = 0;
    uint32_t num_ids = 0;
  };

  ZeroedTable<Entry> short_;
  ZeroedTable<Medium> medium_;
  std::vector<Long> long_;
  std::string keys_;          // of long words
  std::vector<int32_t> ids_;  // of long words
};

}  // namespace slm::text
