#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "slm/text/ascii_scan.h"
#include "slm/text/gpt_patterns.h"

namespace slm::text {

// Finds what gpt_match_end() finds, faster where the text is ASCII. Immutable; safe from several threads.
class GptSplitter {
 public:
  explicit GptSplitter(GptPattern pattern);

  // Where the match that begins at `from` ends; `from` must be less than text.size().
  size_t match_end(std::string_view text, size_t from) const {
    const size_t end = ascii_match_end(text, from);
    return end != from ? end : gpt_match_end(pattern_, text, from);
  }

 private:
  enum Class : uint8_t { kLetter, kDigit, kSpace, kLineEnd, kApostrophe, kOther, kNotAscii, kEnd };

  Class at(std::string_view text, size_t place) const {
    return place < text.size() ? classes_[static_cast<unsigned char>(text[place])] : kEnd;
  }
  static bool is_space(Class c) { return c == kSpace || c == kLineEnd; }
  static bool is_other(Class c) { return c == kOther || c == kApostrophe; }

  // `from` itself where that cannot be told without looking at a character that is not ASCII.
  size_t ascii_match_end(std::string_view text, size_t from) const {
    switch (pattern_) {
      case GptPattern::kGpt2:
        return gpt2_end(text, from);
      case GptPattern::kLlama3:
        return llama_end(text, from, 3);
      case GptPattern::kQwen2:
        return llama_end(text, from, 1);
      default:
        return from;
    }
  }

  static size_t letters_end(std::string_view text, size_t place) {
    while (place + 8 <= text.size()) {
      const size_t length = ascii::run_length(ascii::letters(ascii::load(text.data() + place)));
      place += length;
      if (length < 8) return place;
    }
    while (place < text.size() && ascii_letter(text[place])) ++place;
    return place;
  }
  static bool ascii_letter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }

  template <typename Test>
  size_t skip_while(std::string_view text, size_t place, const Test& test) const {
    while (test(at(text, place))) ++place;
    return place;
  }

  // The end of a run, or `from` where a character that is not ASCII follows and may belong to it.
  size_t unless_open(std::string_view text, size_t from, size_t end) const {
    return at(text, end) == kNotAscii ? from : end;
  }

  size_t gpt2_end(std::string_view text, size_t from) const {
    const size_t word = text[from] == ' ' ? from + 1 : from;  // after an optional space
    const Class c = at(text, word);
    if (c == kLetter) return unless_open(text, from, letters_end(text, word));
    if (c == kDigit) return unless_open(text, from, skip_while(text, word, [](Class d) { return d == kDigit; }));
    if (c == kNotAscii || (c == kApostrophe && word == from)) return from;
    if (is_other(c)) return unless_open(text, from, skip_while(text, word, is_other));
    return white_space_end(text, from, skip_while(text, from, is_space));
  }

  size_t llama_end(std::string_view text, size_t from, size_t max_digits) const {
    const Class first = at(text, from);
    if (first == kLetter) return unless_open(text, from, letters_end(text, from));
    if (first == kDigit) {
      size_t end = from + 1;
      while (end - from < max_digits && at(text, end) == kDigit) ++end;
      return end - from < max_digits ? unless_open(text, from, end) : end;
    }
    if (first == kApostrophe || first == kNotAscii) return from;
    const Class second = at(text, from + 1);
    if (first != kLineEnd) {
      if (second == kLetter) return unless_open(text, from, letters_end(text, from + 1));
      if (second == kNotAscii) return from;
    }
    const size_t begin = text[from] == ' ' ? from + 1 : from;
    if (is_other(at(text, begin))) {
      const size_t end = unless_open(text, from, skip_while(text, begin, is_other));
      return end == from ? from : skip_while(text, end, [](Class c) { return c == kLineEnd; });
    }
    const size_t end = skip_while(text, from, is_space);
    if (at(text, end) == kNotAscii) return from;
    for (size_t line_end = end; line_end > from; --line_end) {
      if (classes_[static_cast<unsigned char>(text[line_end - 1])] == kLineEnd) return line_end;
    }
    return white_space_end(text, from, end);
  }

  // \s+(?!\S)|\s+ where the run of white space ends at `end`.
  size_t white_space_end(std::string_view text, size_t from, size_t end) const {
    if (at(text, end) == kNotAscii) return from;
    return end == text.size() || end == from + 1 ? end : end - 1;
  }

  GptPattern pattern_;
  std::array<Class, 256> classes_;
};

}  // namespace slm::text
