#include "slm/text/gpt2_scanner.h"

#include <algorithm>
#include <bit>

#include "slm/text/byte_block.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

constexpr uint64_t below(size_t count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

// Of 's 't 're 've 'm 'll 'd behind an apostrophe; 0 where there is none.
size_t contraction_length(const char* at) {
  switch (at[0]) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 1;
    case 'r':
    case 'v':
      return at[1] == 'e' ? 2 : 0;
    case 'l':
      return at[1] == 'l' ? 2 : 0;
    default:
      return 0;
  }
}

}  // namespace

void Gpt2Scanner::classify_beyond_ascii(std::string_view text, uint64_t beyond_ascii, Classes& classes) const {
  while (beyond_ascii != 0) {
    const auto at = static_cast<size_t>(std::countr_zero(beyond_ascii));
    const Utf8Char c = read_utf8(text, at);
    // Its bytes, as far as they are in the block.
    const uint64_t bytes = below(static_cast<size_t>(c.length)) << at;
    beyond_ascii &= ~bytes;
    const uint16_t char_class = classes_[c.code_point];
    if (is_letter(char_class)) {
      classes.letters |= bytes;
    } else if (is_number(char_class)) {
      classes.numbers |= bytes;
    } else if ((char_class & kWhitespace) == 0) {
      classes.others |= bytes;
    } else {
      // The last white space before a word is a match of its own, and here it has several bytes: not for this scanner.
      classes.certain = below(at);
      return;
    }
  }
}

uint64_t Gpt2Scanner::starts(std::string_view text) const {
  const ByteBlock block(text.data());
  const size_t size = std::min(text.size(), ByteBlock::kSize);
  const uint64_t inside = below(size);
  const uint64_t beyond_ascii = block.beyond_ascii() & inside;
  const uint64_t plain_spaces = block.equal_to(' ');
  Classes classes{};
  classes.letters = block.letters();
  classes.numbers = block.in_range('0', '9');
  classes.spaces = plain_spaces | block.in_range('\t', '\r');
  classes.others = inside & ~(classes.letters | classes.numbers | classes.spaces | beyond_ascii);
  classes.certain = text.size() > ByteBlock::kSize ? below(ByteBlock::kSize - 1) : ~uint64_t{0};
  if (beyond_ascii != 0) classify_beyond_ascii(text, beyond_ascii, classes);

  const auto run_starts = [](uint64_t bits) { return bits & ~(bits << 1); };
  const uint64_t words = run_starts(classes.letters) | run_starts(classes.numbers) | run_starts(classes.others);
  // A space before a word belongs to it; other white space before a word is a match of its own.
  uint64_t starts = (words & ~(plain_spaces << 1)) | (words & classes.spaces << 1) >> 1 | run_starts(classes.spaces);
  for (uint64_t left = block.equal_to('\'') & starts & classes.certain; left != 0; left &= left - 1) {
    const auto at = static_cast<size_t>(std::countr_zero(left));
    const size_t length = at + 1 < text.size() ? contraction_length(text.data() + at + 1) : 0;
    if (length == 0) continue;
    starts &= ~(uint64_t{2} << at);
    if (at + 1 + length < ByteBlock::kSize) starts |= uint64_t{1} << (at + 1 + length);
  }
  starts &= classes.certain;
  if (size < ByteBlock::kSize) starts = (starts & inside) | (classes.certain & uint64_t{1} << size);
  return starts;
}

}  // namespace slm::text
