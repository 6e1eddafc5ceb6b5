#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "slm/text/code_point_map.h"
#include "slm/text/utf8.h"

namespace slm::text {

// Strings for some code points, from lines of a character and its string in the order of the characters.
class CharStrings {
 public:
  explicit CharStrings(std::string_view lines) {
    strings_.emplace_back();
    std::vector<uint32_t> transitions = {0, 0};
    while (!lines.empty()) {
      const Utf8Char key = read_utf8(lines, 0);
      const auto key_length = static_cast<size_t>(key.length);
      const size_t end = lines.find('\n', key_length);
      strings_.push_back(lines.substr(key_length, end - key_length));
      if (transitions[transitions.size() - 2] == key.code_point) transitions.resize(transitions.size() - 2);
      transitions.insert(transitions.end(),
                         {static_cast<uint32_t>(key.code_point), static_cast<uint32_t>(strings_.size() - 1),
                          static_cast<uint32_t>(key.code_point) + 1, 0});
      lines.remove_prefix(end + 1);
    }
    indices_.emplace(transitions);
  }

  // Empty where `c` has none.
  std::string_view operator[](char32_t c) const { return strings_[(*indices_)[c]]; }

 private:
  std::vector<std::string_view> strings_;  // [0] is empty
  std::optional<CodePointMap<uint16_t>> indices_;
};

}  // namespace slm::text
