#include "slm/text/base64.h"

#include <cstdint>

namespace slm::text {
namespace {

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view encoded) {
  if (encoded.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && encoded.ends_with('=')) {
    encoded.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(encoded.size() / 4 * 3 + 3);
  uint32_t bits = 0;
  int num_bits = 0;
  for (const char c : encoded) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    num_bits += 6;
    if (num_bits >= 8) {
      num_bits -= 8;
      bytes.push_back(static_cast<char>(bits >> num_bits & 0xFF));
    }
  }
  return bytes;
}

}  // namespace slm::text
