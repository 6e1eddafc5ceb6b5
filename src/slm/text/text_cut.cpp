#include "slm/text/text_cut.h"

namespace slm::text {
namespace {

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }
bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ','; }

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
    if ((ends_word(text[at]) && is_alphanumeric(text[at - 1])) || is_after_ideograph(text, at)) return at;
  }
  return 0;
}

}  // namespace slm::text
