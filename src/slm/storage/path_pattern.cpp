#include "slm/storage/path_pattern.h"

#include <vector>

namespace slm::storage {
namespace {

// The set at the beginning of `pattern`, which is '[': whether it has `c`, and how long it is; 0 for one that never
// closes, which is an ordinary character.
struct SetMatch {
  bool has = false;
  size_t length = 0;
};

SetMatch match_set(std::string_view pattern, char c) {
  SetMatch match;
  size_t at = 1;
  const bool is_negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (is_negated) ++at;
  for (bool is_first = true; at < pattern.size() && (pattern[at] != ']' || is_first); is_first = false) {
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      match.has |= pattern[at] <= c && c <= pattern[at + 2];
      at += 3;
    } else {
      match.has |= pattern[at] == c;
      ++at;
    }
  }
  if (at >= pattern.size()) return {};
  match.has ^= is_negated;
  match.length = at + 1;
  return match;
}

}  // namespace

bool matches_path(std::string_view pattern, std::string_view path) {
  // reaches[i]: the pattern so far can name the first i bytes of the path. No pattern takes more than size times size.
  std::vector<bool> reaches(path.size() + 1);
  reaches[0] = true;
  for (size_t at = 0; at < pattern.size();) {
    std::vector<bool> next(path.size() + 1);
    if (pattern[at] == '*') {
      const bool crosses = at + 1 < pattern.size() && pattern[at + 1] == '*';
      at += crosses ? 2 : 1;
      // "**/" names no folder, or several.
      const bool has_slash = crosses && at < pattern.size() && pattern[at] == '/';
      if (has_slash) ++at;
      bool is_open = false;
      for (size_t i = 0; i <= path.size(); ++i) {
        is_open |= reaches[i];
        next[i] = has_slash ? reaches[i] || (is_open && i > 0 && path[i - 1] == '/') : is_open;
        if (!crosses && i < path.size() && path[i] == '/') is_open = false;
      }
    } else {
      size_t length = 1;
      for (size_t i = 0; i < path.size(); ++i) {
        bool fits = pattern[at] == path[i];
        if (pattern[at] == '?') fits = path[i] != '/';
        if (pattern[at] == '[') {
          const SetMatch set = match_set(pattern.substr(at), path[i]);
          if (set.length > 0) {
            fits = set.has && path[i] != '/';
            length = set.length;
          }
        }
        next[i + 1] = reaches[i] && fits;
      }
      at += length;
    }
    reaches = std::move(next);
  }
  return reaches[path.size()];
}

}  // namespace slm::storage
