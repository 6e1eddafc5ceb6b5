#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "slm/text/utf8.h"

namespace slm::text {

// Two characters that stand next to each other, as the key of a table.
constexpr uint64_t character_pair(char32_t left, char32_t right) { return uint64_t{left} << 32 | right; }

// Which characters stand next to each other in some texts.
class CharacterPairs {
 public:
  void add_neighbours_in(std::string_view text) {
    char32_t last = 0;
    for (size_t at = 0; at < text.size();) {
      const Utf8Char c = read_utf8(text, at);
      if (at > 0) pairs_.insert(character_pair(last, c.code_point));
      last = c.code_point;
      at += static_cast<size_t>(c.length);
    }
  }
  bool contains(char32_t left, char32_t right) const { return pairs_.contains(character_pair(left, right)); }

 private:
  std::unordered_set<uint64_t> pairs_;
};

}  // namespace slm::text
