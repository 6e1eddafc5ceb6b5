#pragma once

#include <string>
#include <string_view>

namespace slm::formats {

// A name from a file as it may stand in a message: at most 120 bytes, control characters as '?'.
inline std::string printable(std::string_view name) {
  constexpr size_t kMaxBytes = 120;
  std::string text(name.substr(0, kMaxBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return name.size() > kMaxBytes ? text + "..." : text;
}

}  // namespace slm::formats
