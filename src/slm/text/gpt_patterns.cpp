#include "slm/text/gpt_patterns.h"

#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// One character of the text, classified.
struct Char {
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

class Matcher {
 public:
  explicit Matcher(std::string_view text) : text_(text) {}

  Char at(size_t place) const {
    if (place >= text_.size()) return {};
    const auto byte = static_cast<unsigned char>(text_[place]);
    if (byte < 0x80) return {byte, classes_[byte], place + 1, true};
    const Utf8Char c = read_utf8(text_, place);
    // An ill-formed part is U+FFFD, whose category is So: neither letter nor number nor space.
    return {c.code_point, classes_[c.code_point], place + static_cast<size_t>(c.length), true};
  }

  template <typename Test>
  size_t skip_while(size_t place, const Test& test) const {
    for (Char c = at(place); c.exists && test(c); c = at(place)) place = c.end;
    return place;
  }

  // 's 't 're 've 'm 'll 'd. Returns `place` itself where there is none.
  size_t contraction(size_t place, bool ignores_case) const {
    if (!at(place).is('\'')) return place;
    const Char first = letter(place + 1, ignores_case);
    switch (first.code_point) {
      case 's':
      case 't':
      case 'm':
      case 'd':
        return first.end;
      case 'r':
      case 'v':
      case 'l': {
        const Char second = letter(first.end, ignores_case);
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
    for (Char c = at(place); c.space(); c = at(place)) {
      last = place;
      place = c.end;
    }
    return place == text_.size() || last == from ? place : last;
  }

  // \s*[\r\n]+ at `from`: up to the last line end of the white space here. Returns `from` where it has none.
  size_t line_ends(size_t from) const {
    size_t place = from, end = from;
    for (Char c = at(place); c.space(); c = at(place)) {
      place = c.end;
      if (c.newline()) end = place;
    }
    return end;
  }

 private:
  Char letter(size_t place, bool ignores_case) const {
    Char c = at(place);
    if (!ignores_case) return c;
    if (c.code_point >= 'A' && c.code_point <= 'Z') c.code_point += 'a' - 'A';
    if (c.code_point == 0x17F) c.code_point = 's';  // the long s is an s to a pattern that ignores case
    return c;
  }

  std::string_view text_;
  const CharClasses& classes_ = char_classes();
};

size_t match_gpt2(const Matcher& text, size_t from) {
  if (const size_t end = text.contraction(from, false); end != from) return end;
  const Char first = text.at(from);
  const size_t word = first.is(' ') ? first.end : from;  // after an optional space
  const Char c = text.at(word);
  if (c.letter()) return text.skip_while(word, [](const Char& d) { return d.letter(); });
  if (c.number()) return text.skip_while(word, [](const Char& d) { return d.number(); });
  if (c.other()) return text.skip_while(word, [](const Char& d) { return d.other(); });
  return text.white_space(from);
}

size_t skip_numbers(const Matcher& text, size_t from, int limit) {
  for (Char c = text.at(from); limit > 0 && c.number(); c = text.at(from), --limit) from = c.end;
  return from;
}

// ' ?[^\s\p{L}\p{N}]+[\r\n]*' at `from`, with '/' among the last where `takes_slash`; `from` itself where it does not
// match.
size_t punctuation(const Matcher& text, size_t from, bool takes_slash) {
  const Char first = text.at(from);
  const size_t begin = first.is(' ') ? first.end : from;
  if (!text.at(begin).other()) return from;
  const size_t end = text.skip_while(begin, [](const Char& c) { return c.other(); });
  return text.skip_while(end, [&](const Char& c) { return c.newline() || (takes_slash && c.is('/')); });
}

size_t match_spaces(const Matcher& text, size_t from) {
  const size_t lines = text.line_ends(from);
  return lines != from ? lines : text.white_space(from);
}

// cl100k, Llama 3 and Qwen: they differ in how many digits go together.
size_t match_llama(const Matcher& text, size_t from, int max_digits) {
  if (const size_t end = text.contraction(from, true); end != from) return end;
  const Char first = text.at(from);
  const auto is_letter_char = [](const Char& c) { return c.letter(); };
  if (first.letter()) return text.skip_while(from, is_letter_char);
  if (!first.newline() && !first.number() && text.at(first.end).letter()) {
    return text.skip_while(first.end, is_letter_char);
  }
  if (first.number()) return skip_numbers(text, from, max_digits);
  if (const size_t end = punctuation(text, from, false); end != from) return end;
  return match_spaces(text, from);
}

// [^\r\n\p{L}\p{N}]? and one of the two kinds of words at `from`; `from` itself where there is none.
size_t match_o200k_word(const Matcher& text, size_t from) {
  const auto upper = [](const Char& c) { return c.upper(); };
  const auto lower = [](const Char& c) { return c.lower(); };
  const Char first = text.at(from);
  const bool may_lead = !first.newline() && !first.letter() && !first.number();
  // With the optional character first, as the expression tries it, then without. Both for each kind of word.
  for (const bool ends_lower : {true, false}) {
    for (const bool leads : {true, false}) {
      if (leads && !may_lead) continue;
      const size_t begin = leads ? first.end : from;
      const size_t uppers_end = text.skip_while(begin, upper);
      size_t end = text.skip_while(uppers_end, lower);
      if (ends_lower && end == uppers_end) {
        // [upper]* gives back until what follows begins with something lower: letters without case and marks are both.
        size_t last_lower = begin;
        bool found = false;
        for (size_t place = begin; place < uppers_end;) {
          const Char c = text.at(place);
          if (c.lower()) {
            last_lower = c.end;
            found = true;
          }
          place = c.end;
        }
        if (!found) continue;
        end = last_lower;
      }
      if (end == begin) continue;
      if (!ends_lower && uppers_end == begin) continue;
      return text.contraction(end, true);
    }
  }
  return from;
}

size_t match_o200k(const Matcher& text, size_t from) {
  if (const size_t end = match_o200k_word(text, from); end != from) return end;
  if (text.at(from).number()) return skip_numbers(text, from, 3);
  if (const size_t end = punctuation(text, from, true); end != from) return end;
  return match_spaces(text, from);
}

}  // namespace

std::optional<GptPattern> recognize_gpt_pattern(std::string_view regex) {
  if (regex == kGpt2Regex) return GptPattern::kGpt2;
  if (regex == kLlama3Regex) return GptPattern::kLlama3;
  if (regex == kQwen2Regex) return GptPattern::kQwen2;
  if (regex == kO200kRegex) return GptPattern::kO200k;
  return std::nullopt;
}

size_t gpt_match_end(GptPattern pattern, std::string_view text, size_t from) {
  const Matcher matcher(text);
  switch (pattern) {
    case GptPattern::kGpt2:
      return match_gpt2(matcher, from);
    case GptPattern::kLlama3:
      return match_llama(matcher, from, 3);
    case GptPattern::kQwen2:
      return match_llama(matcher, from, 1);
    case GptPattern::kO200k:
      return match_o200k(matcher, from);
  }
  return text.size();
}

}  // namespace slm::text
