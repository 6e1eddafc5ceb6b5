#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

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
    return ShortWord{low, high}.prefix(length);
  }
  static ShortWord of(std::string_view word) {
    char bytes[16] = {};
    std::memcpy(bytes, word.data(), word.size());
    return of(bytes, word.size());
  }
  static ShortWord of_byte(unsigned char byte) { return {byte, uint64_t{1} << kLengthShift}; }

  size_t length() const { return high >> kLengthShift; }
  // In memory of the caller's.
  std::string_view text(char (&bytes)[kMaxBytes + 1]) const {
    std::memcpy(bytes, &low, sizeof low);
    std::memcpy(bytes + sizeof low, &high, sizeof high);
    return {bytes, length()};
  }

  // The first `length` bytes.
  constexpr ShortWord prefix(size_t length) const {
    return {low & kMasks[length].low, (high & kMasks[length].high) | uint64_t{length} << kLengthShift};
  }
  // The bytes from `begin` on, at most the length; for prefix(), as the length is not set.
  ShortWord from(size_t begin) const {
    if (begin == 0) return *this;
    if (begin >= 8) return {high >> (8 * (begin - 8)), 0};
    return {low >> (8 * begin) | high << (64 - 8 * begin), high >> (8 * begin)};
  }
  // Both are not empty and have together at most kMaxBytes.
  ShortWord followed_by(const ShortWord& next) const {
    const size_t size = length();
    assert(size > 0 && next.length() > 0 && size + next.length() <= kMaxBytes);
    ShortWord both = *this;
    const uint64_t next_high = next.high & kMasks[kMaxBytes].high;
    if (size >= 8) {
      both.high |= next.low << (8 * (size - 8));
    } else {
      both.low |= next.low << (8 * size);
      both.high |= next.low >> (64 - 8 * size) | next_high << (8 * size);
    }
    return both.prefix(size + next.length());
  }

  // The highest bits are mixed well.
  uint64_t hash() const { return (low ^ high * 0xD6E8FEB86659FD93u) * 0x9E3779B97F4A7C15u; }

  friend bool operator==(const ShortWord& a, const ShortWord& b) {
    return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;  // one branch instead of two
  }

 private:
  static constexpr int kLengthShift = 56;
  struct Mask {
    uint64_t low, high;
  };
  static constexpr uint64_t ones(size_t num_bytes) {
    return num_bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * num_bytes)) - 1;
  }
  static constexpr std::array<Mask, kMaxBytes + 1> make_masks() {
    std::array<Mask, kMaxBytes + 1> masks{};
    for (size_t length = 0; length < masks.size(); ++length) {
      masks[length] = {ones(length), length <= 8 ? 0 : ones(length - 8)};
    }
    return masks;
  }
  static const std::array<Mask, kMaxBytes + 1> kMasks;  // by length
};

inline constexpr std::array<ShortWord::Mask, ShortWord::kMaxBytes + 1> ShortWord::kMasks = ShortWord::make_masks();

}  // namespace slm::text
