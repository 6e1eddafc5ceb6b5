#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/word_cache.h"

namespace slm::text {

// How often each word came. An entry takes 24 bytes and its share of the hash table, a word of more than 15 bytes its
// bytes as well.
class WordCounts {
 public:
  struct Word {
    std::string_view text;
    int64_t count;
  };

  void add(std::string_view word, int64_t count = 1) {
    if (word.size() <= ShortWord::kMaxBytes) {
      add(ShortWord::of(word), count);
    } else {
      add_long(word, count);
    }
  }
  void add(const ShortWord& word, int64_t count = 1) {
    const uint64_t hash = hash_of(word);
    for (size_t slot = find_room(hash);; slot = (slot + 1) & mask_) {
      const Slot found = slots_[slot];
      if (found.entry == kEmpty) return insert(slot, hash, {word, count});
      if (found.hash != fingerprint(hash) || !(entries_[found.entry].word == word)) continue;
      entries_[found.entry].count += count;
      return;
    }
  }
  // All words of `other` of which the hash modulo `num_parts` is `part`.
  void add_part(const WordCounts& other, uint64_t part, uint64_t num_parts);

  size_t size() const { return entries_.size(); }
  // In the order in which they first came. The texts stay valid until the next add().
  Word operator[](size_t index) const;
  int64_t size_bytes() const;
  // Forgets the words, keeps the memory for as many again.
  void clear();

 private:
  struct Entry {
    ShortWord word;  // of a long word: where its bytes begin, and in `high` the mark kLong and their number
    int64_t count;
  };
  struct Slot {
    uint32_t hash;
    uint32_t entry;
  };
  static constexpr uint32_t kEmpty = UINT32_MAX;
  static constexpr uint64_t kLong = uint64_t{0xFF} << 56;

  static uint64_t hash_of(const ShortWord& word) {
    const auto product =
        static_cast<unsigned __int128>(word.low ^ 0x9E3779B97F4A7C15u) * (word.high ^ 0xD6E8FEB86659FD93u);
    return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
  }
  static uint32_t fingerprint(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  uint64_t hash_of(const Entry& entry) const;
  std::string_view long_text(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.word.low, entry.word.high & ~kLong);
  }

  // Where to look first, after making room for one more.
  size_t find_room(uint64_t hash) {
    if (entries_.size() >= capacity_) grow();
    return hash & mask_;
  }
  void insert(size_t slot, uint64_t hash, const Entry& entry);
  void add_long(std::string_view word, int64_t count);
  void grow();

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  size_t mask_ = 0;
  size_t capacity_ = 0;  // entries until slots_ grows
  std::string bytes_;    // of the long words, one after the other
};

}  // namespace slm::text
