#include "slm/text/text_cut.h"

#include <algorithm>
#include <optional>
#include <string>

#include "slm/text/nfc_check.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

struct Character {
  char32_t code_point;
  size_t begin;
};

// The character that ends at `end`; nothing where there is none, or it is not UTF-8.
std::optional<Character> character_before(std::string_view text, size_t end) {
  size_t begin = end;
  do {
    if (begin == 0 || end - begin == 4) return std::nullopt;
    --begin;
  } while (is_continuation(text[begin]));
  const Utf8Char c = read_utf8(text.substr(0, end), begin);
  if (!c.is_valid || begin + static_cast<size_t>(c.length) != end) return std::nullopt;
  return Character{c.code_point, begin};
}

bool is_blank(char32_t c) { return c == ' ' || c == '\t'; }
bool is_line_end(char32_t c) { return c == '\n' || c == '\r'; }

// Letters and digits that stay so in Normalization Form C. Marks are none: some patterns take them for punctuation.
bool ends_word(std::string_view character, char32_t c) {
  const uint16_t char_class = char_classes()[c];
  return (is_letter(char_class) || is_number(char_class)) && (c < 0x80 || is_surely_nfc(character));
}

// Punctuation to every pre-tokenizer. Of ASCII only the comma, which unlike the others is in no customary added token.
bool is_mark(std::string_view character, char32_t c) {
  if (c < 0x80) return c == ',';
  return has_flag(c, kPunctuation) && !is_letter(char_classes()[c]) && is_surely_nfc(character);
}

bool is_cut(std::string_view text, size_t at) {
  if (at == 0 || at >= text.size() || is_continuation(text[at])) return false;
  const auto before = character_before(text, at);
  if (!before) return false;
  const Utf8Char c = read_utf8(text, at);
  if (!c.is_valid) return false;
  const std::string_view left = text.substr(before->begin, at - before->begin);
  const std::string_view right = text.substr(at, static_cast<size_t>(c.length));
  if (is_blank(c.code_point)) return !is_whitespace(before->code_point);
  if (before->code_point == '\n') {
    // Some patterns take a '/' with the line ends before it, others the last of several spaces with what follows.
    const auto first = character_before(text, before->begin);
    return first && !is_whitespace(first->code_point) && !is_whitespace(c.code_point) && c.code_point != '/';
  }
  return (is_line_end(c.code_point) || is_mark(right, c.code_point)) && ends_word(left, before->code_point);
}

}  // namespace

size_t last_cut(std::string_view text) {
  for (size_t at = text.size(); at-- > 1;) {
    if (is_cut(text, at)) return at;
  }
  return 0;
}

size_t next_cut(std::string_view text, size_t from) {
  for (size_t at = std::max<size_t>(from, 1); at < text.size(); ++at) {
    if (is_cut(text, at)) return at;
  }
  return kNoCut;
}

bool may_be_cut(std::string_view part) {
  // Whether a line end stands alone depends on what is before it.
  return next_cut("x" + std::string(part), 2) != kNoCut;
}

}  // namespace slm::text
