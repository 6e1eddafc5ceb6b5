#include "slm/text/regex_translation.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "slm/core/error.h"
#include "slm/text/unicode.h"

namespace slm::text {
namespace {

constexpr std::array<std::string_view, kNumCategories> kCategoryNames = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cn"};

using ClassTest = std::function<bool(uint16_t)>;  // of a character class of unicode.h

// The inside of a [...] that holds every character whose class passes the test.
std::string list_of(const ClassTest& test) {
  const CharClasses& classes = char_classes();
  std::string out;
  char32_t begin = 0;
  bool inside = false;
  for (char32_t c = 0; c <= kLastCodePoint + 1; ++c) {
    const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
    const bool belongs = c <= kLastCodePoint && !is_surrogate && test(classes[c]);
    if (belongs && !inside) begin = c;
    if (!belongs && inside) {
      out += fmt::format("\\x{{{:X}}}", static_cast<uint32_t>(begin));
      if (c - 1 > begin) out += fmt::format("-\\x{{{:X}}}", static_cast<uint32_t>(c - 1));
    }
    inside = belongs;
  }
  return out;
}

// \p{name} where the name is a general category or a group of them.
std::optional<ClassTest> category_test(std::string_view name) {
  for (size_t i = 0; i < kCategoryNames.size(); ++i) {
    if (kCategoryNames[i] == name) {
      return [i](uint16_t c) { return category_of(c) == static_cast<Category>(i); };
    }
  }
  if (name.size() == 1 && std::string_view("LMNPSZC").find(name[0]) != std::string_view::npos) {
    return [initial = name[0]](uint16_t c) { return kCategoryNames[c & 31][0] == initial; };
  }
  return std::nullopt;
}

class Translator {
 public:
  explicit Translator(std::string_view regex) : regex_(regex) {}

  std::string run() {
    while (at_ < regex_.size()) {
      const char c = regex_[at_];
      if (c == '\\') {
        escape(false);
      } else if (c == '[') {
        bracket();
      } else if (c == '(' && next_is("(?")) {
        group();
      } else if (c == '{') {
        interval();
      } else {
        out_ += c;
        ++at_;
      }
    }
    // Once, because the list is long; at the end, where it changes no number of a group.
    if (has_boundary_) out_ += "(?(DEFINE)(?<w>[" + list_of(is_word) + "]))";
    return out_;
  }

 private:
  static bool is_word(uint16_t char_class) { return (char_class & kRegexWord) != 0; }

  bool next_is(std::string_view text) const { return regex_.substr(at_, text.size()) == text; }

  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(fmt::format("the pattern '{}' has {} at byte {}, which slm does not support", regex_, what, at_));
  }

  void append_class(const ClassTest& test, bool is_negated, bool in_brackets) {
    const auto wanted = [&](uint16_t c) { return test(c) != is_negated; };
    out_ += in_brackets ? list_of(wanted) : "[" + list_of(wanted) + "]";
  }

  // At a backslash.
  void escape(bool in_brackets) {
    if (at_ + 1 >= regex_.size()) refuse("a lone backslash");
    const char c = regex_[at_ + 1];
    const bool is_negated = c >= 'A' && c <= 'Z';
    switch (c) {
      case 'p':
      case 'P':
        return property(in_brackets);
      case 's':
      case 'S':
        append_class([](uint16_t k) { return (k & kWhitespace) != 0; }, is_negated, in_brackets);
        break;
      case 'd':
      case 'D':
        append_class([](uint16_t k) { return category_of(k) == Category::kNd; }, is_negated, in_brackets);
        break;
      case 'w':
      case 'W':
        append_class(is_word, is_negated, in_brackets);
        break;
      case 'b':  // inside brackets a backspace
      case 'B':
        if (in_brackets) {
          out_ += regex_.substr(at_, 2);
        } else {
          word_boundary(is_negated);
        }
        break;
      case 'h':  // a hexadecimal digit in Ruby, a horizontal space in Perl
        out_ += in_brackets ? "0-9A-Fa-f" : "[0-9A-Fa-f]";
        break;
      case 'H':
        if (in_brackets) refuse("\\H inside brackets");
        out_ += "[^0-9A-Fa-f]";
        break;
      case 'g':
      case 'k':
      case 'K':
      case 'C':
      case 'M':
      case 'c':
      case 'Q':
      case 'E':
      case 'N':
      case 'O':
      case 'X':
      case 'y':
      case 'Y':
        refuse(fmt::format("\\{}", c));
      case 'u': {
        const std::string_view digits = regex_.substr(at_ + 2, 4);
        if (digits.size() < 4) refuse("an incomplete \\u");
        out_ += fmt::format("\\x{{{}}}", digits);
        at_ += 6;
        return;
      }
      default:
        out_ += regex_.substr(at_, 2);
    }
    at_ += 2;
  }

  // Between a character of \w and another or none; PCRE2 would ask its own \w, to which marks belong only in part.
  void word_boundary(bool is_negated) {
    const auto [after_word, after_other] = is_negated ? std::pair("=", "!") : std::pair("!", "=");
    out_ += fmt::format("(?:(?<=(?&w))(?{}(?&w))|(?<!(?&w))(?{}(?&w)))", after_word, after_other);
    has_boundary_ = true;
  }

  // At \p{name}, \p{^name} or \P{name}.
  void property(bool in_brackets) {
    bool is_negated = regex_[at_ + 1] == 'P';
    const size_t close = regex_.find('}', at_);
    if (regex_.substr(at_ + 2, 1) != "{" || close == std::string_view::npos) refuse("\\p without {name}");
    std::string_view name = regex_.substr(at_ + 3, close - at_ - 3);
    if (name.starts_with('^')) {
      is_negated = !is_negated;
      name.remove_prefix(1);
    }
    if (const auto test = category_test(name)) {
      append_class(*test, is_negated, in_brackets);
    } else {
      out_ += fmt::format("\\{}{{{}}}", is_negated ? 'P' : 'p', name);
    }
    at_ = close + 1;
  }

  // At '['.
  void bracket() {
    out_ += '[';
    ++at_;
    if (next_is("^")) out_ += regex_[at_++];
    if (next_is("]")) refuse("an empty []");
    while (at_ < regex_.size() && regex_[at_] != ']') {
      if (regex_[at_] == '\\') {
        escape(true);
      } else if (next_is("[:")) {
        const size_t close = regex_.find(":]", at_);
        if (close == std::string_view::npos) refuse("'[' inside brackets");
        out_ += regex_.substr(at_, close + 2 - at_);
        at_ = close + 2;
      } else if (regex_[at_] == '[') {
        refuse("brackets inside brackets");
      } else if (next_is("&&")) {
        refuse("&& inside brackets");
      } else {
        out_ += regex_[at_++];
      }
    }
    if (at_ >= regex_.size()) refuse("a '[' without ']'");
    out_ += ']';
    ++at_;
  }

  // At "(?": flags are named differently, and some groups exist in one of the two only.
  void group() {
    for (const std::string_view same : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!", "(?#"}) {
      if (next_is(same)) {
        out_ += same;
        at_ += same.size();
        return;
      }
    }
    size_t end = at_ + 2;
    while (end < regex_.size() && std::string_view("imx-").find(regex_[end]) != std::string_view::npos) ++end;
    const bool are_flags = end > at_ + 2 && end < regex_.size() && (regex_[end] == ':' || regex_[end] == ')');
    if (!are_flags) refuse("a group of a kind");
    for (; at_ < end; ++at_) out_ += regex_[at_] == 'm' ? 's' : regex_[at_];  // Ruby's m lets '.' match a line end
  }

  // At '{': a repetition, or the character itself.
  void interval() {
    const size_t close = regex_.find('}', at_);
    const std::string_view inside =
        close == std::string_view::npos ? std::string_view() : regex_.substr(at_ + 1, close - at_ - 1);
    const bool is_interval =
        !inside.empty() && inside != "," && inside.find_first_not_of("0123456789,") == std::string_view::npos;
    if (!is_interval) {
      out_ += "\\{";
      ++at_;
      return;
    }
    out_ += inside.starts_with(',') ? fmt::format("{{0{}}}", inside) : fmt::format("{{{}}}", inside);
    at_ = close + 1;
    if (next_is("+")) refuse("'+' after {}");  // repeats the repetition in Ruby, makes it possessive in Perl
  }

  std::string_view regex_;
  size_t at_ = 0;
  std::string out_;
  bool has_boundary_ = false;
};

}  // namespace

std::string translate_regex(std::string_view regex) { return Translator(regex).run(); }

}  // namespace slm::text
