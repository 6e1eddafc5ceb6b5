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

bool is_word_end(char32_t before, std::string_view left, char32_t after, std::string_view right) {
  if (is_blank(after)) return !is_whitespace(before);
  return (is_line_end(after) || is_mark(right, after)) && ends_word(left, before);
}

bool is_cut(std::string_view text, size_t at, const AllowsCut& allows) {
  if (at == 0 || at >= text.size() || is_continuation(text[at])) return false;
  const bool is_ascii = static_cast<unsigned char>(text[at]) < 0x80;
  const auto may_be_behind = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ','; };
  if (is_ascii && text[at - 1] != '\n' && !may_be_behind(text[at])) return false;  // nearly everywhere
  const auto before = character_before(text, at);
  if (!before) return false;
  const Utf8Char c = read_utf8(text, at);
  if (!c.is_valid) return false;
  const std::string_view left = text.substr(before->begin, at - before->begin);
  const std::string_view right = text.substr(at, static_cast<size_t>(c.length));
  const auto is_end = [&] {
    if (before->code_point == '\n') {
      // Some patterns take a '/' with the line ends before it, others the last of several spaces with what follows.
      const auto first = character_before(text, before->begin);
      return first && !is_whitespace(first->code_point) && !is_whitespace(c.code_point) && c.code_point != '/';
    }
    return is_word_end(before->code_point, left, c.code_point, right);
  };
  return is_end() && allows(before->code_point, c.code_point);
}

}  // namespace

bool is_word_end(char32_t before, char32_t after) {
  return is_word_end(before, utf8_of(before), after, utf8_of(after));
}

size_t last_cut(std::string_view text, const AllowsCut& allows) {
  for (size_t at = text.size(); at-- > 1;) {
    if (is_cut(text, at, allows)) return at;
  }
  return 0;
}

size_t next_cut(std::string_view text, size_t from, const AllowsCut& allows) {
  for (size_t at = std::max<size_t>(from, 1); at < text.size(); ++at) {
    if (is_cut(text, at, allows)) return at;
  }
  return kNoCut;
}

char32_t last_character_of(std::string_view text) {
  return read_utf8(text, text.size() - last_character_size(text)).code_point;
}

size_t last_character_size(std::string_view text) {
  const auto last = character_before(text, text.size());
  return last ? text.size() - last->begin : 1;
}

}  // namespace slm::text
