#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slm::text {

// A word of up to 15 bytes in two registers: its bytes, zeros, and its length in the last byte.
struct ShortWord {
  static constexpr size_t kMaxBytes = 15;
  uint64_t low = 0;
  uint64_t high = 0;

  // The first `length` bytes at `bytes`, where 16 can be read.
  static ShortWord of(const char* bytes, size_t length) {
    uint64_t low, high;
    std::memcpy(&low, bytes, sizeof low);
    std::memcpy(&high, bytes + sizeof low, sizeof high);
    return {low & kMasks[length].low, (high & kMasks[length].high) | uint64_t{length} << 56};
  }
  static ShortWord of(std::string_view word) {
    char bytes[16] = {};
    std::memcpy(bytes, word.data(), word.size());
    return of(bytes, word.size());
  }
  friend bool operator==(const ShortWord&, const ShortWord&) = default;

 private:
  struct Mask {
    uint64_t low, high;
  };
  static const std::array<Mask, kMaxBytes + 1> kMasks;  // by length
};

// What words became, for words that come again: up to 15 bytes and 7 ids below 65536, or 3 larger ones, in a half cache
// line, up to 31 bytes and 7 ids in a whole one, others in an arena. At most 13 MB; results never depend on what is in
// it. Not for several threads at once.
class WordCache {
 public:
  WordCache();

  // Where a short word would be: for prefetch() and find(), so that the one can run ahead of the other.
  static uint32_t place_of(const ShortWord& word) {
    const uint64_t hash = (word.low ^ (word.high * 0xD6E8FEB86659FD93u)) * 0x9E3779B97F4A7C15u;
    return static_cast<uint32_t>(hash >> (64 - kShortBits));
  }
  void prefetch(uint32_t place) const { __builtin_prefetch(&short_[place & ~1u]); }

  // Writes the word's ids to `out`, which has room for kRoom, and returns their number; 0 where the word is not known,
  // and kElsewhere, and nothing is written, where find_long() may have it.
  static constexpr size_t kRoom = 8;
  static constexpr uint32_t kElsewhere = UINT16_MAX;
  uint32_t find(const ShortWord& word, uint32_t place, int32_t* out) const {
    const Short& first = short_[place];
    const Short& found = first.word == word ? first : short_[place ^ 1];
    if (found.word != word) return 0;
    for (size_t i = 0; i < kRoom; ++i) out[i] = found.parts[i];  // the count comes along, which saves a branch
    if (found.count() <= kMaxNarrow || found.count() == kElsewhere) [[likely]]
      return found.count();
    for (size_t i = 0; i < kMaxWide; ++i) out[i] = found.parts[2 * i] | found.parts[2 * i + 1] << 16;
    return found.count() - kWide;
  }
  // `hash`: of the word as insert_long() wants it. The newer of two words for a place pushes the older one to its
  // second place.
  void insert(const ShortWord& word, uint32_t place, std::string_view text, uint64_t hash,
              std::span<const int32_t> ids);

  // Words of any length; empty where the word is not known. The ids stay valid until the next insert.
  std::span<const int32_t> find_long(std::string_view word, uint64_t hash) const;
  void insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids);

 private:
  static constexpr int kShortBits = 17;
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
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  // Zeros. Large memory from calloc is zeroed page by page as it is touched, so a short text pays for little of it.
  template <typename T>
  class Table {
   public:
    explicit Table(size_t size);
    T& operator[](size_t i) { return entries_[i]; }
    const T& operator[](size_t i) const { return entries_[i]; }

   private:
    std::unique_ptr<void, Free> memory_;
    T* entries_;  // in memory_, aligned
  };

  Table<Short> short_;
  Table<Medium> medium_;
  std::vector<Long> long_;
  std::string keys_;          // of long words
  std::vector<int32_t> ids_;  // of long words
};

}  // namespace slm::text
