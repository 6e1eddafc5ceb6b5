#include "slm/text/utf8.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "slm/text/byte_block.h"

namespace slm::text {
namespace {

constexpr Utf8Char ill_formed(int length) { return {kReplacementCharacter, length, false}; }

// How many bytes a character with this first byte has; 0 for a byte that starts none.
int sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

// The second byte's range is narrower after E0, ED, F0 and F4: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_second_byte(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return is_continuation(second);
  }
}

// Of the character at `at`; 0 where there is none.
inline size_t length_of_valid(const char* at, const char* end) {
  const auto first = static_cast<unsigned char>(*at);
  const int length = sequence_length(first);
  if (length == 1) return 1;
  if (length == 0 || end - at < length || !is_second_byte(first, static_cast<unsigned char>(at[1]))) return 0;
  for (int i = 2; i < length; ++i) {
    if (!is_continuation(at[i])) return 0;
  }
  return static_cast<size_t>(length);
}

}  // namespace

Utf8Char read_utf8(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1, true};
  const int length = sequence_length(first);
  if (length == 0) return ill_formed(1);
  char32_t code_point = static_cast<char32_t>(first & (0xFF >> (length + 1)));
  for (int i = 1; i < length; ++i) {
    const size_t next = at + static_cast<size_t>(i);
    if (next >= text.size()) return ill_formed(i);
    const unsigned char b = byte(next);
    if (i == 1 ? !is_second_byte(first, b) : !is_continuation(b)) return ill_formed(i);
    code_point = (code_point << 6) | (b & 0x3F);
  }
  return {code_point, length, true};
}

char* write_utf8(char* out, char32_t code_point) {
  const auto push = [&](char32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    push(code_point);
  } else if (code_point < 0x800) {
    push(0xC0 | (code_point >> 6));
    push(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    push(0xE0 | (code_point >> 12));
    push(0x80 | ((code_point >> 6) & 0x3F));
    push(0x80 | (code_point & 0x3F));
  } else {
    push(0xF0 | (code_point >> 18));
    push(0x80 | ((code_point >> 12) & 0x3F));
    push(0x80 | ((code_point >> 6) & 0x3F));
    push(0x80 | (code_point & 0x3F));
  }
  return out;
}

void append_utf8(std::string& out, char32_t code_point) {
  char bytes[4];
  out.append(bytes, write_utf8(bytes, code_point));
}

std::string utf8_of(char32_t code_point) {
  std::string out;
  append_utf8(out, code_point);
  return out;
}

bool is_valid_utf8(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    if (end - at >= static_cast<ptrdiff_t>(ByteBlock::kSize)) {
      const uint64_t beyond_ascii = ByteBlock(at).beyond_ascii();
      at += beyond_ascii == 0 ? ByteBlock::kSize : static_cast<size_t>(std::countr_zero(beyond_ascii));
      if (beyond_ascii == 0) continue;
    }
    // One seldom stands alone.
    do {
      const size_t length = length_of_valid(at, end);
      if (length == 0) return false;
      at += length;
    } while (at < end && static_cast<unsigned char>(*at) >= 0x80);
  }
  return true;
}

std::string replace_invalid_utf8(std::string_view text, int64_t* num_replaced) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    if (c.is_valid) {
      out.append(text, at, static_cast<size_t>(c.length));
    } else {
      append_utf8(out, kReplacementCharacter);
      if (num_replaced != nullptr) ++*num_replaced;
    }
    at += static_cast<size_t>(c.length);
  }
  return out;
}

bool begins_character(std::string_view text, size_t at) {
  if (!is_continuation(text[at])) return true;
  // No character goes on behind three bytes that go on with one.
  return at >= 3 && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at - 3),
                                text.begin() + static_cast<std::ptrdiff_t>(at), is_continuation);
}

size_t complete_utf8_prefix(std::string_view text) {
  // Only the last three bytes can begin a character that is not whole yet.
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const size_t at = text.size() - back;
    if (is_continuation(text[at])) continue;
    const Utf8Char c = read_utf8(text, at);
    const bool reaches_the_end = at + static_cast<size_t>(c.length) == text.size();
    const bool could_grow = sequence_length(static_cast<unsigned char>(text[at])) > static_cast<int>(back);
    return !c.is_valid && reaches_the_end && could_grow ? at : text.size();
  }
  return text.size();
}

}  // namespace slm::text
