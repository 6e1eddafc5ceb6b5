#include "slm/data/json_field.h"

#include <bit>
#include <cstring>

#include "slm/text/utf8.h"

namespace slm::data {
namespace {

static_assert(std::endian::native == std::endian::little, "string_end() looks for the first byte of a word");

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hexadecimal digits at `at`, which string_end() has checked.
char32_t hex4(const char* at) {
  char32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value * 16 + static_cast<char32_t>(hex_value(at[i]));
  return value;
}

// The first byte from `at` on that is a quote, a backslash or a control character; `end` without one.
const char* next_special(const char* at, const char* end) {
  constexpr uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;
  const auto zero_bytes = [](uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  while (end - at >= 8) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    // Borrows can mark bytes above a true hit only, so the lowest mark is right.
    const uint64_t hits =
        zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\')) | ((word - kOnes * 0x20) & ~word & kHighs);
    if (hits != 0) return at + std::countr_zero(hits) / 8;
    at += 8;
  }
  while (at < end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

struct RawString {
  std::string_view text;  // between the quotes
  bool has_escapes = false;
};

// Appends `raw` with its escapes decoded.
void unescape(std::string_view raw, std::string& out, int64_t& num_replaced) {
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at < end) {
    const void* found = std::memchr(at, '\\', static_cast<size_t>(end - at));
    const char* backslash = found == nullptr ? end : static_cast<const char*>(found);
    out.append(at, backslash);
    if (backslash == end) return;
    at = backslash + 2;
    switch (backslash[1]) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        char32_t c = hex4(at);
        at += 4;
        const bool is_high = c >= 0xD800 && c < 0xDC00;
        if (is_high && end - at >= 6 && at[0] == '\\' && at[1] == 'u' && hex4(at + 2) >= 0xDC00 &&
            hex4(at + 2) < 0xE000) {
          c = 0x10000 + ((c - 0xD800) << 10) + (hex4(at + 2) - 0xDC00);
          at += 6;
        } else if (c >= 0xD800 && c < 0xE000) {
          c = text::kReplacementCharacter;
          ++num_replaced;
        }
        text::append_utf8(out, c);
        break;
      }
      default:  // a quote, a backslash, a slash
        out += backslash[1];
    }
  }
}

class Scanner {
 public:
  Scanner(std::string_view json, const std::vector<std::string>& path)
      : at_(json.data()), end_(at_ + json.size()), path_(path) {}

  // False where the text is not JSON.
  bool scan() {
    while (true) {
      skip_spaces();
      if (at_ == end_) return false;
      bool is_complete = true;
      switch (*at_) {
        case '{':
        case '[':
          if (!open(is_complete)) return false;
          break;
        case '"': {
          RawString string;
          if (!read_string(string)) return false;
          if (is_target_) found(JsonFieldResult::kFound, string);
          break;
        }
        case 'n':
          if (!read_word("null")) return false;
          if (is_target_) found(JsonFieldResult::kNull);
          break;
        case 't':
        case 'f':
          if (!read_word(*at_ == 't' ? "true" : "false")) return false;
          if (is_target_) found(JsonFieldResult::kNotString);
          break;
        default:
          if (!read_number()) return false;
          if (is_target_) found(JsonFieldResult::kNotString);
      }
      if (!is_complete) continue;
      is_target_ = is_step_ = false;
      if (!finish_value()) return false;
      if (open_.empty()) {
        skip_spaces();
        return at_ == end_;
      }
    }
  }

  bool is_object() const { return is_object_; }
  JsonFieldResult result() const { return result_; }
  const RawString& value() const { return value_; }

 private:
  void found(JsonFieldResult result, const RawString& value = {}) {
    result_ = result;
    value_ = value;
  }

  // Enters the object or array at at_. `is_complete`: it is empty, and left again.
  bool open(bool& is_complete) {
    const bool is_object = *at_++ == '{';
    if (is_target_) found(JsonFieldResult::kNotString);
    if (open_.empty()) is_object_ = is_object;
    const bool is_on_path = is_object && (open_.empty() || is_step_);
    open_.push_back(is_object ? '}' : ']');
    if (is_on_path) depth_on_path_ = open_.size();
    is_target_ = is_step_ = false;
    skip_spaces();
    is_complete = at_ != end_ && *at_ == open_.back();
    if (is_complete) {
      close();
      return true;
    }
    return !is_object || read_key();
  }

  void close() {
    ++at_;
    if (depth_on_path_ == open_.size()) --depth_on_path_;
    open_.pop_back();
  }

  // After a value: closes what ends here and steps over a comma to the next value, or leaves the last container.
  bool finish_value() {
    while (!open_.empty()) {
      skip_spaces();
      if (at_ == end_) return false;
      if (*at_ == ',') {
        ++at_;
        return open_.back() == ']' || read_key();
      }
      if (*at_ != open_.back()) return false;
      close();
    }
    return true;
  }

  // The key and colon of a member.
  bool read_key() {
    skip_spaces();
    RawString key;
    if (at_ == end_ || *at_ != '"' || !read_string(key)) return false;
    skip_spaces();
    if (at_ == end_ || *at_ != ':') return false;
    ++at_;
    const size_t depth = open_.size();
    if (depth_on_path_ == depth && depth <= path_.size() && is_key(key, path_[depth - 1])) {
      found(JsonFieldResult::kMissing);
      is_target_ = depth == path_.size();
      is_step_ = !is_target_;
    } else {
      is_target_ = is_step_ = false;
    }
    return true;
  }

  static bool is_key(const RawString& key, const std::string& wanted) {
    if (!key.has_escapes) return key.text == wanted;
    std::string decoded;
    int64_t ignored = 0;
    unescape(key.text, decoded, ignored);
    return decoded == wanted;
  }

  // at_ is at the opening quote; behind the closing one afterwards.
  bool read_string(RawString& string) {
    const char* const begin = ++at_;
    while (true) {
      at_ = next_special(at_, end_);
      if (at_ == end_) return false;
      if (*at_ == '"') {
        string.text = {begin, static_cast<size_t>(at_ - begin)};
        ++at_;
        return true;
      }
      if (*at_ != '\\' || end_ - at_ < 2) return false;
      string.has_escapes = true;
      const char kind = at_[1];
      if (kind == 'u') {
        if (end_ - at_ < 6) return false;
        for (int i = 2; i < 6; ++i) {
          if (hex_value(at_[i]) < 0) return false;
        }
        at_ += 6;
      } else if (kind != '\0' && std::strchr("\"\\/bfnrt", kind) != nullptr) {
        at_ += 2;
      } else {
        return false;
      }
    }
  }

  bool read_word(std::string_view word) {
    if (!std::string_view(at_, end_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool read_digits() {
    if (at_ == end_ || !is_digit(*at_)) return false;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return true;
  }

  bool read_number() {
    if (at_ != end_ && *at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!read_digits()) {
      return false;
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!read_digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!read_digits()) return false;
    }
    return true;
  }

  void skip_spaces() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  const char* at_;
  const char* end_;
  const std::vector<std::string>& path_;
  std::string open_;          // the closing bracket of each container around at_
  size_t depth_on_path_ = 0;  // the containers up to this depth are the objects that the path leads through
  bool is_target_ = false;    // the next value is the wanted one
  bool is_step_ = false;      // the next value is an object on the path, if it is an object
  bool is_object_ = false;
  JsonFieldResult result_ = JsonFieldResult::kMissing;
  RawString value_;
};

}  // namespace

JsonField::JsonField(std::string_view dotted_path) {
  while (true) {
    const size_t dot = dotted_path.find('.');
    path_.emplace_back(dotted_path.substr(0, dot));
    if (dot == std::string_view::npos) return;
    dotted_path.remove_prefix(dot + 1);
  }
}

JsonFieldResult JsonField::find(std::string_view json, std::string& scratch, std::string_view& value,
                                int64_t& num_replaced) const {
  Scanner scanner(json, path_);
  if (!scanner.scan()) return JsonFieldResult::kNotJson;
  if (!scanner.is_object()) return JsonFieldResult::kNotObject;
  if (scanner.result() != JsonFieldResult::kFound) return scanner.result();
  value = scanner.value().text;
  if (scanner.value().has_escapes) {
    scratch.clear();
    unescape(value, scratch, num_replaced);
    value = scratch;
  }
  return JsonFieldResult::kFound;
}

}  // namespace slm::data
