#include "slm/text/text_cut.h"

namespace slm::text {
namespace {

bool is_ascii_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// U+4E00 to U+9FFF ends before `at`, and U+3001, U+3002 or U+FF0C begins there.
bool is_after_ideograph(std::string_view text, size_t at) {
  if (at < 3 || at + 3 > text.size()) return false;
  const auto first = static_cast<unsigned char>(text[at - 3]), second = static_cast<unsigned char>(text[at - 2]);
  const bool is_ideograph = first >= 0xE5 && first <= 0xE9 && second >= 0x80 && second <= 0xBF;
  const std::string_view mark = text.substr(at, 3);
  return is_ideograph && (mark == "\xE3\x80\x81" || mark == "\xE3\x80\x82" || mark == "\xEF\xBC\x8C");
}

}  // namespace

size_t last_cut(std::string_view text) {
  for (size_t at = text.size(); at-- > 1;) {
    const bool is_space =
        text[at] == ' ' && at + 1 < text.size() && is_ascii_letter(text[at - 1]) && is_ascii_letter(text[at + 1]);
    if (is_space || is_after_ideograph(text, at)) return at;
  }
  return 0;
}

}  // namespace slm::text
