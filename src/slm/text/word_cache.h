#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/short_word.h"
#include "slm/text/zeroed_table.h"

namespace slm::text {

// What words became, for words that come again: up to 15 bytes and 7 ids below 65536, or 3 larger ones, in a half cache
// line, up to 31 bytes and 7 ids in a whole one, others in an arena. At most 13 MB; results never depend on what is in
// it. Not for several threads at once.
class WordCache {
 public:
  WordCache();

  // Where a short word would be: for prefetch() and find(), so that the one can run ahead of the other.
  static uint32_t place_of(const ShortWord& word) {
    return static_cast<uint32_t>(word.hash() >> (64 - kShortBits)) * kWays;
  }
  void prefetch(uint32_t place) const {
    __builtin_prefetch(&short_[place]);
    __builtin_prefetch(&short_[place + kWays / 2]);  // the other cache line
  }

  // Writes the word's ids to `out`, which has room for kRoom, and returns their number; 0 where the word is not known,
  // and kElsewhere, and nothing is written, where find_long() may have it.
  static constexpr size_t kRoom = 8;
  static constexpr uint32_t kElsewhere = UINT16_MAX;
  uint32_t find(const ShortWord& word, uint32_t place, int32_t* out) {
    const Short* found = &short_[place];
    if (found->word != word) {
      found = find_behind(word, place);
      if (found == nullptr) return 0;
    }
    for (size_t i = 0; i < kRoom; ++i) out[i] = found->parts[i];  // the count comes along, which saves a branch
    if (found->count() <= kMaxNarrow || found->count() == kElsewhere) [[likely]]
      return found->count();
    for (size_t i = 0; i < kMaxWide; ++i) out[i] = found->parts[2 * i] | found->parts[2 * i + 1] << 16;
    return found->count() - kWide;
  }
  // A word that find() does not have, or only elsewhere. `hash`: of the word as insert_long() wants it.
  void insert(const ShortWord& word, uint32_t place, std::string_view text, uint64_t hash,
              std::span<const int32_t> ids);

  // Words of any length; empty where the word is not known. The ids stay valid until the next insert.
  std::span<const int32_t> find_long(std::string_view word, uint64_t hash) const;
  void insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids);

 private:
  static constexpr int kShortBits = 15;
  static constexpr uint32_t kWays = 4;  // entries at a place: words that come often move to the first
  static constexpr size_t kNumMedium = size_t{1} << 16;
  static constexpr size_t kNumLong = size_t{1} << 14;
  static constexpr size_t kMaxArena = size_t{1} << 21;  // bytes of keys; a fourth as many ids
  static constexpr size_t kMaxMediumBytes = 31;
  static constexpr size_t kMaxMediumIds = 7;
  static constexpr size_t kMaxLongBytes = 512;  // longer words hardly come again

  static constexpr size_t kMaxNarrow = 7, kMaxWide = 3;  // ids of a short word, of 16 and of 32 bits
  static constexpr uint32_t kWide = 256;                 // added to the count of those of 32 bits
  struct alignas(32) Short {
    ShortWord word;
    uint16_t parts[kRoom];  // ids, or the halves of ids, and the count in the last
    uint32_t count() const { return parts[kRoom - 1]; }
  };
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
  // At the other entries of the place; null where it is not there.
  const Short* find_behind(const ShortWord& word, uint32_t place);

  ZeroedTable<Short> short_;
  ZeroedTable<Medium> medium_;
  std::vector<Long> long_;
  std::string keys_;          // of long words
  std::vector<int32_t> ids_;  // of long words
};

}  // namespace slm::text
