#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slm::text {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;
inline constexpr char32_t kLastCodePoint = 0x10FFFF;

// One step through UTF-8 text. Where the bytes are not UTF-8, `code_point` is U+FFFD, is_valid false, and `length` the
// size of the maximal ill-formed part as the Unicode Standard defines it (what Python's errors="replace" and Rust's
// from_utf8_lossy replace by one U+FFFD).
struct Utf8Char {
  char32_t code_point;
  int length;  // 1 to 4
  bool is_valid;
};

// Whether the byte is inside a character, not the first of one.
constexpr bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Whether a character, or an ill-formed part, surely begins at `at`, whatever is before the text. Must be less than
// text.size().
bool begins_character(std::string_view text, size_t at);

// `at` must be less than text.size().
Utf8Char read_utf8(std::string_view text, size_t at);

// The same where three bytes can be read at `at`, whatever the size of the text: the usual characters of up to three
// bytes are read in place.
inline Utf8Char read_usual_utf8(std::string_view text, size_t at) {
  const char* const bytes = text.data() + at;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};
  if (first >= 0xC2 && first <= 0xDF && is_continuation(bytes[1])) {
    return {(first & 0x1Fu) << 6 | (byte(1) & 0x3Fu), 2, true};
  }
  if (first >= 0xE1 && first <= 0xEC && is_continuation(bytes[1]) && is_continuation(bytes[2])) {
    return {(first & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu), 3, true};
  }
  return read_utf8(text, at);
}

// Writes up to four bytes and returns the place behind them. Not for surrogates or values beyond U+10FFFF.
char* write_utf8(char* out, char32_t code_point);

// As write_utf8().
void append_utf8(std::string& out, char32_t code_point);
std::string utf8_of(char32_t code_point);

bool is_valid_utf8(std::string_view text);

// The text with every maximal ill-formed part replaced by U+FFFD. `num_replaced`, if given, is increased by their
// number.
std::string replace_invalid_utf8(std::string_view text, int64_t* num_replaced = nullptr);

// The size of the longest prefix that does not end inside a character: what a stream may emit already.
size_t complete_utf8_prefix(std::string_view text);

}  // namespace slm::text
