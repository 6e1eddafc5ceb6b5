#include "slm/data/json_field.h"

#include <algorithm>
#include <cstring>

#include "slm/data/json_string.h"

namespace slm::data {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Scanner {
 public:
  // `scratch` is where the wanted string is decoded.
  Scanner(std::string_view json, const std::vector<std::string>& path, const JsonStrings& strings, std::string& scratch)
      : at_(json.data()), end_(at_ + json.size()), path_(path), strings_(strings), scratch_(scratch) {}

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
        case '"':
          if (!(is_target_ ? decode_string() : skip_string())) return false;
          if (is_target_) result_ = JsonFieldResult::kFound;
          break;
        case 'n':
          if (!read_word("null")) return false;
          if (is_target_) result_ = JsonFieldResult::kNull;
          break;
        case 't':
        case 'f':
          if (!read_word(*at_ == 't' ? "true" : "false")) return false;
          if (is_target_) result_ = JsonFieldResult::kNotString;
          break;
        default:
          if (!read_number()) return false;
          if (is_target_) result_ = JsonFieldResult::kNotString;
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
  size_t value_size() const { return value_size_; }
  int64_t num_replaced() const { return num_replaced_; }

 private:
  // Enters the object or array at at_. `is_complete`: it is empty, and left again.
  bool open(bool& is_complete) {
    const bool is_object = *at_++ == '{';
    if (is_target_) result_ = JsonFieldResult::kNotString;
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
    if (at_ == end_ || *at_ != '"') return false;
    const char* const begin = at_ + 1;
    if (!skip_string()) return false;
    const std::string_view key(begin, static_cast<size_t>(at_ - 1 - begin));
    skip_spaces();
    if (at_ == end_ || *at_ != ':') return false;
    ++at_;
    const size_t depth = open_.size();
    if (depth_on_path_ == depth && depth <= path_.size() && is_key(key, path_[depth - 1])) {
      result_ = JsonFieldResult::kMissing;
      is_target_ = depth == path_.size();
      is_step_ = !is_target_;
    } else {
      is_target_ = is_step_ = false;
    }
    return true;
  }

  // `key` as it is written, between its quotes.
  bool is_key(std::string_view key, const std::string& wanted) const {
    if (key.find('\\') == std::string_view::npos) return key == wanted;
    std::string decoded(key.size() + JsonStrings::kRoom + 1, '\0');
    char* out = decoded.data();
    int64_t ignored = 0;
    strings_.decode(key.data(), key.data() + key.size() + 1, out, ignored);
    decoded.resize(static_cast<size_t>(out - decoded.data()));
    return decoded == wanted;
  }

  // at_ is at the opening quote; behind the closing one afterwards.
  bool skip_string() {
    const char* const behind = strings_.skip(at_ + 1, end_);
    if (behind != nullptr) at_ = behind;
    return behind != nullptr;
  }
  bool decode_string() {
    const auto room = static_cast<size_t>(end_ - at_ + JsonStrings::kRoom);
    if (scratch_.size() < room) scratch_.resize(room);
    char* out = scratch_.data();
    num_replaced_ = 0;
    const char* const behind = strings_.decode(at_ + 1, end_, out, num_replaced_);
    value_size_ = static_cast<size_t>(out - scratch_.data());
    if (behind != nullptr) at_ = behind;
    return behind != nullptr;
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
  const JsonStrings& strings_;
  std::string& scratch_;
  size_t value_size_ = 0;     // what scratch_ has of the wanted string
  int64_t num_replaced_ = 0;  // in it
  std::string open_;          // the closing bracket of each container around at_
  size_t depth_on_path_ = 0;  // the containers up to this depth are the objects that the path leads through
  bool is_target_ = false;    // the next value is the wanted one
  bool is_step_ = false;      // the next value is an object on the path, if it is an object
  bool is_object_ = false;
  JsonFieldResult result_ = JsonFieldResult::kMissing;
};

}  // namespace

JsonField::JsonField(std::string_view dotted_path, const JsonStrings* strings)
    : strings_(strings != nullptr ? strings : avx512_json_strings()) {
  if (strings_ == nullptr) strings_ = &portable_json_strings;
  while (true) {
    const size_t dot = dotted_path.find('.');
    path_.emplace_back(dotted_path.substr(0, dot));
    if (dot == std::string_view::npos) return;
    dotted_path.remove_prefix(dot + 1);
  }
}

JsonFieldResult JsonField::find(std::string_view json, std::string& scratch, std::string_view& value,
                                int64_t& num_replaced) const {
  Scanner scanner(json, path_, *strings_, scratch);
  if (!scanner.scan()) return JsonFieldResult::kNotJson;
  if (!scanner.is_object()) return JsonFieldResult::kNotObject;
  if (scanner.result() != JsonFieldResult::kFound) return scanner.result();
  value = std::string_view(scratch).substr(0, scanner.value_size());
  num_replaced += scanner.num_replaced();
  return JsonFieldResult::kFound;
}

}  // namespace slm::data
