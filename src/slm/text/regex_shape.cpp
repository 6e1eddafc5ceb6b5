#include "slm/text/regex_shape.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Kinds of characters, as bits.
using Kinds = uint8_t;
constexpr Kinds kSpace = 1, kOtherWhite = 2, kVisible = 4, kAny = 7;

Kinds kind_of(char32_t c) {
  if (c == ' ') return kSpace;
  return is_whitespace(c) ? kOtherWhite : kVisible;
}

// What the matches of a part of the expression are like; `first` and `last`: the kinds of characters they may begin and
// end with.
struct Shape {
  bool may_be_empty = true;
  bool is_one_character = false;
  Kinds first = 0, last = 0, all = 0;
};

Shape one_of(Kinds kinds) {
  return {.may_be_empty = false, .is_one_character = true, .first = kinds, .last = kinds, .all = kinds};
}

struct NotUnderstood {};

class ShapeReader {
 public:
  explicit ShapeReader(std::string_view regex) : regex_(regex) {}

  RegexShape run() {
    const Shape whole = alternatives();
    if (at_ < regex_.size()) throw NotUnderstood();
    return {.is_one_character = whole.is_one_character && !looks_ahead_ && !looks_further_,
            .is_white_space = !whole.may_be_empty && (whole.all & kVisible) == 0 && !looks_further_,
            .ends_before_space = !whole.may_be_empty && !crosses_ && !looks_further_,
            .is_apart_at_space = !crosses_};
  }

 private:
  bool is_next(std::string_view text) const { return regex_.substr(at_).starts_with(text); }
  bool take(std::string_view text) {
    if (!is_next(text)) return false;
    at_ += text.size();
    return true;
  }

  void meet(Kinds left, Kinds right) { crosses_ |= (left & kVisible) != 0 && (right & kSpace) != 0; }

  Shape alternatives() {
    constexpr int kMaxDepth = 100;
    if (++depth_ > kMaxDepth) throw NotUnderstood();
    Shape all = sequence();
    while (take("|")) {
      const Shape next = sequence();
      all = {.may_be_empty = all.may_be_empty || next.may_be_empty,
             .is_one_character = all.is_one_character && next.is_one_character,
             .first = static_cast<Kinds>(all.first | next.first),
             .last = static_cast<Kinds>(all.last | next.last),
             .all = static_cast<Kinds>(all.all | next.all)};
    }
    --depth_;
    return all;
  }

  Shape sequence() {
    Shape whole;
    bool is_begin = true;
    while (at_ < regex_.size() && !is_next("|") && !is_next(")")) {
      if (take("(?!\\S)") || take("(?=\\S)")) {  // the same before a space and at the end
        looks_ahead_ = true;
        continue;
      }
      if (take("$")) {
        // Behind white space it does not stand where a text is cut.
        if (whole.may_be_empty || (whole.last & kVisible) != 0) throw NotUnderstood();
        looks_ahead_ = true;
        continue;
      }
      if (look_around()) {
        looks_further_ = true;
        continue;
      }
      const Shape next = repeated(atom());
      meet(whole.last, next.first);
      whole = {.may_be_empty = whole.may_be_empty && next.may_be_empty,
               .is_one_character = is_begin && next.is_one_character,
               .first = static_cast<Kinds>(whole.first | (whole.may_be_empty ? next.first : 0)),
               .last = static_cast<Kinds>(next.last | (next.may_be_empty ? whole.last : 0)),
               .all = static_cast<Kinds>(whole.all | next.all)};
      is_begin = false;
    }
    return whole;
  }

  // Takes what stands for no characters, but looks at those beside it.
  bool look_around() {
    // Between a word and a space, or the end, is the same border. Behind the place there is the character before it.
    if (take("\\b") || take("\\B") || take("^") || take("\\A")) return true;
    // At the end of the text and before a space alike.
    if (take("(?=\\s|$)") || take("(?=$|\\s)")) return true;
    const bool is_behind = take("(?<=") || take("(?<!");
    if (!is_behind && !take("(?=") && !take("(?!")) return false;
    const Shape inside = alternatives();
    if (!take(")")) throw NotUnderstood();
    // What finds no space does not reach over the place, nor does it matter that one is there.
    if (is_behind ? !inside.is_one_character : (inside.all & kSpace) != 0) throw NotUnderstood();
    return true;
  }

  Shape repeated(Shape part) {
    for (bool is_first = true; at_ < regex_.size(); is_first = false) {
      if (take("*") || take("?")) {
        part.may_be_empty = true;
      } else if (is_next("{")) {
        if (!is_first) throw NotUnderstood();
        if (least_of_interval() == 0) part.may_be_empty = true;
      } else if (!take("+")) {
        break;
      }
      part.is_one_character = false;
      meet(part.last, part.first);
    }
    return part;
  }

  // {2}, {2,}, {2,3}
  int least_of_interval() {
    const size_t end = regex_.find('}', at_);
    if (end == std::string_view::npos) throw NotUnderstood();
    const std::string_view inside = regex_.substr(at_ + 1, end - at_ - 1);
    int least = 0;
    const auto [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), least);
    const std::string_view rest = inside.substr(static_cast<size_t>(stop - inside.data()));
    const bool is_interval = rest.empty() || (rest[0] == ',' && rest.find_first_not_of("0123456789", 1) == rest.npos);
    if (error != std::errc() || !is_interval) throw NotUnderstood();
    at_ = end + 1;
    return least;
  }

  Shape atom() {
    if (take("(")) {
      const bool is_plain = take("?:") || take("?>") || take("?i:") || !is_next("?");
      if (!is_plain) throw NotUnderstood();
      Shape inside = alternatives();
      if (!take(")")) throw NotUnderstood();
      return inside;
    }
    if (take("[")) return one_of(bracket());
    if (take("\\")) return one_of(escape(nullptr));
    if (take(".")) return one_of(kAny);
    if (std::string_view("^*+?{").find(regex_[at_]) != std::string_view::npos) throw NotUnderstood();
    return one_of(kind_of(character()));
  }

  char32_t character() {
    const Utf8Char c = read_utf8(regex_, at_);
    at_ += static_cast<size_t>(c.length);
    return c.code_point;
  }

  char32_t hexadecimal(size_t num_digits) {
    uint32_t value = 0;
    const std::string_view digits = regex_.substr(at_, num_digits);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || digits.empty() || stop != digits.data() + digits.size() || value > kLastCodePoint) {
      throw NotUnderstood();
    }
    at_ += num_digits;
    return value;
  }

  // Behind the backslash. `single`, if given, becomes the character that it stands for, if it is one.
  Kinds escape(std::optional<char32_t>* single) {
    if (at_ >= regex_.size()) throw NotUnderstood();
    const char letter = regex_[at_];
    const auto is = [&](char32_t c) {
      if (single != nullptr) *single = c;
      return kind_of(c);
    };
    if (take("p{") || take("P{")) {
      const size_t end = regex_.find('}', at_);
      if (end == std::string_view::npos) throw NotUnderstood();
      const std::string_view name = regex_.substr(at_, end - at_);
      at_ = end + 1;
      const bool is_visible = !name.empty() && name.size() <= 2 && std::string_view("LMNPS").find(name[0]) != name.npos;
      return letter == 'p' && is_visible ? kVisible : kAny;
    }
    if (take("x{") || take("u{")) {
      const size_t end = regex_.find('}', at_);
      if (end == std::string_view::npos) throw NotUnderstood();
      const char32_t c = hexadecimal(end - at_);
      ++at_;
      return is(c);
    }
    if (take("x")) return is(hexadecimal(2));
    if (take("u")) return is(hexadecimal(4));
    const char32_t c = character();
    switch (c) {
      case 's':
        return kSpace | kOtherWhite;
      case 'S':
      case 'd':
      case 'w':
      case 'h':
        return kVisible;
      case 'D':
      case 'W':
      case 'H':
        return kAny;
      case 'n':
        return is('\n');
      case 'r':
        return is('\r');
      case 't':
        return is('\t');
      case 'f':
        return is('\f');
      case 'v':
        return is('\v');
      default:
        break;
    }
    const bool is_letter_or_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter_or_digit) throw NotUnderstood();
    return is(c);
  }

  // Behind "[".
  Kinds bracket() {
    const bool is_negated = take("^");
    Kinds kinds = 0;
    Kinds covered = 0;  // kinds all of whose characters are in it
    bool is_first = true;
    while (!is_next("]") || is_first) {
      if (at_ >= regex_.size() || is_next("[") || is_next("&&") || (is_first && is_next("]"))) throw NotUnderstood();
      is_first = false;
      std::optional<char32_t> begin;
      if (is_next("\\s")) covered |= kSpace | kOtherWhite;
      if (is_next("\\S")) covered |= kVisible;
      kinds |= member(begin);
      if (begin == U' ') covered |= kSpace;
      if (!begin || !is_next("-") || regex_.substr(at_).starts_with("-]")) continue;
      ++at_;
      std::optional<char32_t> end;
      member(end);
      if (!end || *end < *begin) throw NotUnderstood();
      kinds |= kVisible;
      if (*begin <= ' ' && *end >= ' ') {
        kinds |= kSpace;
        covered |= kSpace;
      }
      if (*begin < ' ' || *end > 0x7F) kinds |= kOtherWhite;
    }
    ++at_;
    return is_negated ? static_cast<Kinds>(kAny & ~covered) : kinds;
  }

  Kinds member(std::optional<char32_t>& single) {
    if (at_ >= regex_.size()) throw NotUnderstood();
    if (take("\\")) return escape(&single);
    single = character();
    return kind_of(*single);
  }

  std::string_view regex_;
  size_t at_ = 0;
  int depth_ = 0;
  bool crosses_ = false;        // a space may come behind a visible character
  bool looks_ahead_ = false;    // for the end of white space
  bool looks_further_ = false;  // in another way
};

}  // namespace

RegexShape shape_of_regex(std::string_view regex) {
  try {
    return ShapeReader(regex).run();
  } catch (const NotUnderstood&) {
    return {};
  }
}

}  // namespace slm::text
