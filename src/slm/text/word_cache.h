#pragma once

#include <array>
#include <cstdint>
#include <cstring>
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

  static uint64_t low_mask(size_t length) { return length >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * length)) - 1; }
  static uint64_t high_mask(size_t length) { return length <= 8 ? 0 : (uint64_t{1} << (8 * (length - 8))) - 1; }

  // From the 16 bytes at the word's beginning; those behind its end do not matter.
  static ShortWord of(uint64_t low, uint64_t high, size_t length) {
    return {low & low_mask(length), (high & high_mask(length)) | uint64_t{length} << 56};
  }
  static ShortWord of(std::string_view word) {
    char bytes[16] = {};
    std::memcpy(bytes, word.data(), word.size());
    uint64_t parts[2];
    std::memcpy(parts, bytes, sizeof parts);
    return {parts[0], parts[1] | uint64_t{word.size()} << 56};
  }
  friend bool operator==(const ShortWord&, const ShortWord&) = default;
};

// What words became, for words that come again. At most about 7 MB; results never depend on what is in it. Not for
// several threads at once.
class WordCache {
 public:
  WordCache() : short_(kNumShort), long_(kNumLong) {}

  // Empty where the word is not known; the ids stay valid until the next insert.
  std::span<const int32_t> find(const ShortWord& word) const {
    const size_t place = place_of(word);
    const Short& first = short_[place];
    if (first.word == word) return {first.ids.data(), first.count};
    const Short& second = short_[place ^ 1];
    if (second.word == word) return {second.ids.data(), second.count};
    return {};
  }
  // Too many ids are left out; the newer of two words for a place pushes the older one to its second place.
  void insert(const ShortWord& word, std::span<const int32_t> ids);

  std::span<const int32_t> find_long(std::string_view word, uint64_t hash) const;
  void insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids);

 private:
  static constexpr size_t kNumShort = 1 << 16;
  static constexpr size_t kNumLong = 1 << 14;
  static constexpr size_t kMaxArena = 1 << 21;      // bytes of keys; a fourth as many ids
  static constexpr size_t kMaxLongWordBytes = 512;  // longer words hardly come again

  struct Short {
    ShortWord word;
    std::array<int32_t, 3> ids{};
    uint32_t count = 0;
  };
  struct Long {
    uint64_t hash = 0;
    uint32_t key_begin = 0;
    uint32_t key_length = 0;  // 0: unused
    uint32_t ids_begin = 0;
    uint32_t num_ids = 0;
  };

  static size_t place_of(const ShortWord& word) {
    const uint64_t hash = (word.low ^ (word.high * 0xD6E8FEB86659FD93u)) * 0x9E3779B97F4A7C15u;
    return hash >> 48;
  }

  std::vector<Short> short_;
  std::vector<Long> long_;
  std::string keys_;          // of long words
  std::vector<int32_t> ids_;  // of long words
};

}  // namespace slm::text
