#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/word_table.h"

namespace slm::text {

// What words became, for words that come again, as one thread sees it: a table for all threads and, for words of up to
// 512 bytes that do not fit there, an arena of its own of 5 MB. Results never depend on what is in it. Not for several
// threads at once.
class WordCache {
 public:
  // `table` must outlive it.
  explicit WordCache(WordTable& table) : table_(table), long_(kNumLong) {}

  using Place = WordTable::Place;
  Place place_of(const WordKey& word) { return table_.place_of(word); }
  Place empty_place() { return table_.empty_place(); }
  static void prefetch(Place place) { WordTable::prefetch(place); }

  // Unknown where the word is not known; elsewhere where find_long() may have them.
  PackedIds find(const WordKey& word, Place place) {
    bool is_second;
    const PackedIds ids = WordTable::find(word, place, is_second);
    // Not each time: where two words come often, threads would take the place from each other all the time.
    if (is_second && ++num_seconds_ % 8 == 0) WordTable::swap(place);
    return ids;
  }
  static void insert(const WordKey& word, Place place, const PackedIds& ids) { WordTable::insert(word, place, ids); }

  // Words of any length; empty where the word is not known. The ids stay valid until the next call.
  std::span<const int32_t> find_long(std::string_view word, uint64_t hash);
  void prefetch_long(uint64_t hash) const { table_.prefetch_medium(hash); }
  void insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids);

 private:
  static constexpr size_t kNumLong = size_t{1} << 14;
  static constexpr size_t kMaxArena = size_t{1} << 21;  // bytes of keys; a fourth as many ids
  static constexpr size_t kMaxLongBytes = 512;          // longer words hardly come again
  struct Long {
    uint64_t hash = 0;
    uint32_t key_begin = 0;
    uint32_t key_length = 0;  // 0: unused
    uint32_t ids_begin = 0;
    uint32_t num_ids = 0;
  };

  WordTable& table_;
  uint32_t num_seconds_ = 0;
  std::array<int32_t, WordTable::kMaxMediumIds> medium_ids_;  // found last
  std::vector<Long> long_;
  std::string keys_;          // of long words
  std::vector<int32_t> ids_;  // of long words
};

}  // namespace slm::text
