#include "slm/text/nfc_check.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "slm/text/code_point_map.h"
#include "slm/text/unicode_data.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Calls visit(line, first, rest) for each line: its first character, and what is behind it.
template <typename Visit>
void for_each_line(std::string_view lines, const Visit& visit) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    const Utf8Char first = read_utf8(line, 0);
    visit(first.code_point, line.substr(static_cast<size_t>(first.length)));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
}

// Characters of which more than a look at them decides, or that change.
std::set<char32_t> unstable_characters() {
  std::set<char32_t> unstable;
  for_each_line(kCanonicalDecompositions, [&](char32_t c, std::string_view) { unstable.insert(c); });
  std::vector<char32_t> seconds;
  for_each_line(kCompositions, [&](char32_t, std::string_view rest) {
    const Utf8Char second = read_utf8(rest, 0);
    seconds.push_back(second.code_point);
    unstable.erase(read_utf8(rest, static_cast<size_t>(second.length)).code_point);  // composed again
  });
  unstable.insert(seconds.begin(), seconds.end());
  for (char32_t c = 0x1161; c <= 0x1175; ++c) unstable.insert(c);  // vowels and
  for (char32_t c = 0x11A8; c <= 0x11C2; ++c) unstable.insert(c);  // trailing consonants of Hangul syllables
  for (size_t i = 0; i + 3 < kNumCombiningClasses; i += 2) {
    if (kCombiningClasses[i + 1] == 0) continue;
    for (char32_t c = kCombiningClasses[i]; c < kCombiningClasses[i + 2]; ++c) unstable.insert(c);
  }
  return unstable;
}

const CodePointMap<uint8_t>& stable_characters() {
  static const CodePointMap<uint8_t> map = [] {
    std::vector<uint32_t> transitions = {0, 1};
    for (const char32_t c : unstable_characters()) {
      if (transitions.back() == 1 && transitions[transitions.size() - 2] == c) {
        transitions[transitions.size() - 2] = c + 1;
      } else {
        transitions.insert(transitions.end(), {c, 0, c + 1, 1});
      }
    }
    return CodePointMap<uint8_t>(transitions);
  }();
  return map;
}

}  // namespace

bool is_surely_nfc(std::string_view text) {
  const auto& is_stable = stable_characters();
  for (size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size()) {
      uint64_t bytes;
      std::memcpy(&bytes, text.data() + at, sizeof bytes);
      if ((bytes & 0x8080808080808080u) == 0) {
        at += 8;
        continue;
      }
    }
    const Utf8Char c = read_utf8(text, at);
    if (!c.is_valid || is_stable[c.code_point] == 0) return false;
    at += static_cast<size_t>(c.length);
  }
  return true;
}

}  // namespace slm::text
