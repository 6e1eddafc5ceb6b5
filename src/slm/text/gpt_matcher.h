#pragma once

#include <string_view>

#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {

// One character of the text, classified.
struct GptChar {
  char32_t code_point = 0;
  uint16_t char_class = 0;
  size_t end = 0;  // where the next one begins
  bool exists = false;

  bool is(char32_t c) const { return exists && code_point == c; }
  bool letter() const { return exists && is_letter(char_class); }
  bool number() const { return exists && is_number(char_class); }
  bool space() const { return exists && (char_class & kWhitespace) != 0; }
  bool newline() const { return exists && (code_point == '\r' || code_point == '\n'); }
  bool other() const { return exists && !letter() && !number() && !space(); }
  bool mark() const {
    return exists && category_of(char_class) >= Category::kMn && category_of(char_class) <= Category::kMe;
  }
  // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and [\p{Ll}\p{Lm}\p{Lo}\p{M}]
  bool upper() const { return (letter() && category_of(char_class) != Category::kLl) || mark(); }
  bool lower() const {
    const Category category = category_of(char_class);
    return (letter() && category != Category::kLu && category != Category::kLt) || mark();
  }
};

// Parts that the GPT patterns are made of, each matched at a place of a text.
class GptMatcher {
 public:
  explicit GptMatcher(std::string_view text) : text_(text) {}

  GptChar at(size_t place) const {
    if (place >= text_.size()) return {};
    const auto byte = static_cast<unsigned char>(text_[place]);
    if (byte < 0x80) return {byte, classes_[byte], place + 1, true};
    const Utf8Char c = read_utf8(text_, place);
    // An ill-formed part is U+FFFD, whose category is So: neither letter nor number nor space.
    return {c.code_point, classes_[c.code_point], place + static_cast<size_t>(c.length), true};
  }

  template <typename Test>
  size_t skip_while(size_t place, const Test& test) const {
    for (GptChar c = at(place); c.exists && test(c); c = at(place)) place = c.end;
    return place;
  }

  // 's 't 're 've 'm 'll 'd. Returns `place` itself where there is none.
  size_t contraction(size_t place, bool ignores_case) const {
    if (!at(place).is('\'')) return place;
    const GptChar first = letter(place + 1, ignores_case);
    switch (first.code_point) {
      case 's':
      case 't':
      case 'm':
      case 'd':
        return first.end;
      case 'r':
      case 'v':
      case 'l': {
        const GptChar second = letter(first.end, ignores_case);
        const char32_t wanted = first.code_point == 'l' ? 'l' : 'e';
        return second.is(wanted) ? second.end : place;
      }
      default:
        return place;
    }
  }

  // \s+(?!\S)|\s+ where a space stands: white space up to the last character before something else, which begins the
  // next match.
  size_t white_space(size_t from) const {
    size_t place = from, last = from;
    for (GptChar c = at(place); c.space(); c = at(place)) {
      last = place;
      place = c.end;
    }
    return place == text_.size() || last == from ? place : last;
  }

  // \s*[\r\n]+ at `from`: up to the last line end of the white space here. Returns `from` where it has none.
  size_t line_ends(size_t from) const {
    size_t place = from, end = from;
    for (GptChar c = at(place); c.space(); c = at(place)) {
      place = c.end;
      if (c.newline()) end = place;
    }
    return end;
  }

 private:
  GptChar letter(size_t place, bool ignores_case) const {
    GptChar c = at(place);
    if (!ignores_case) return c;
    if (c.code_point >= 'A' && c.code_point <= 'Z') c.code_point += 'a' - 'A';
    if (c.code_point == 0x17F) c.code_point = 's';  // the long s is an s to a pattern that ignores case
    return c;
  }

  std::string_view text_;
  const CharClasses& classes_ = char_classes();
};

}  // namespace slm::text
