#include "slm/text/bert_scanner.h"

#include <algorithm>
#include <bit>

#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Kind = BertCharacterKind;

constexpr uint64_t below(size_t count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

bool is_alphanumeric(char32_t c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }
bool is_blank(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

bool BertScanner::is_usual(const BertCharacters& characters) {
  for (char32_t c = 0; c < 0x80; ++c) {
    const bool is_control = (c < 0x20 || c == 0x7F) && !is_blank(c);
    const Kind expected = is_alphanumeric(c) ? Kind::kWord : is_blank(c) ? Kind::kSpace : Kind::kAlone;
    if (!is_control && characters.kind(c) != expected) return false;
  }
  return true;
}

BertScanner::Words BertScanner::scan(std::string_view text, const BertCharacters& characters) {
  const ByteBlock block(text.data());
  const size_t size = std::min(text.size(), ByteBlock::kSize);
  const uint64_t blanks = block.equal_to(' ') | block.in_range('\t', '\n') | block.equal_to('\r');
  uint64_t words = block.letters() | block.in_range('0', '9');
  // Control characters are asked about one by one, as are those beyond ASCII.
  uint64_t rare = (block.beyond_ascii() | block.in_range(0, 0x1F) | block.equal_to(0x7F)) & ~blanks & below(size);
  const bool is_plain = rare == 0;
  uint64_t alone = below(size) & ~(words | blanks | rare);
  uint64_t inner = 0;  // bytes of lone characters but their first
  size_t num_certain = size;
  while (rare != 0) {
    const auto at = static_cast<size_t>(std::countr_zero(rare));
    const Utf8Char c = read_usual_utf8(text, at);
    const auto length = static_cast<size_t>(c.length);
    if (at + length > size) {  // goes on behind the block
      num_certain = at;
      break;
    }
    const uint64_t bytes = below(length) << at;
    rare &= ~bytes;
    switch (characters.kind(c.code_point)) {
      case Kind::kUnusual:
        return {0, 0, 0, false, false};
      case Kind::kSpace:
        break;
      case Kind::kAlone:
        alone |= bytes & (~bytes + 1);
        inner |= bytes & (bytes - 1);
        break;
      case Kind::kWord:
      case Kind::kNothing:
        words |= bytes;
        break;
    }
  }
  words &= below(num_certain);
  alone &= below(num_certain);
  const uint64_t starts = (words & ~(words << 1)) | alone;
  // A word or lone character ends at the first byte behind its start that does not go on with it.
  uint64_t ends = ~((words & words << 1) | inner);
  const bool goes_on = num_certain < text.size();
  if (goes_on && num_certain < ByteBlock::kSize) ends &= below(num_certain);
  if (!goes_on) return {starts, ends, num_certain, true, is_plain};
  // The last one may go on behind the block.
  if (starts == 0) return {0, 0, num_certain, true, is_plain};
  const auto last = static_cast<size_t>(63 - std::countl_zero(starts));
  const bool is_whole = last < 63 && ends >> (last + 1) != 0;
  if (is_whole) return {starts, ends, num_certain, true, is_plain};
  return {starts & below(last), ends, last, true, is_plain};
}

}  // namespace slm::text
