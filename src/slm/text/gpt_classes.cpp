#include "slm/text/gpt_classes.h"

#include <algorithm>
#include <bit>

#include "slm/text/byte_block.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
GptClasses::GptClasses(std::string_view text, AsciiMasksOf ascii_masks_of, bool has_cases)
    : bytes(text.data()), size(std::min(text.size(), ByteBlock::kSize)), num_known(size) {
  const AsciiMasks ascii = ascii_masks_of(bytes);
  letters = ascii.letters;
  numbers = ascii.digits;
  spaces = ascii.spaces;
  plain_spaces = ascii.plain_spaces;
  apostrophes = ascii.apostrophes;
  const uint64_t inside = bits_below(size), beyond_ascii = ascii.beyond & inside;
  others = inside & ~(letters | numbers | spaces | beyond_ascii);
  if (has_cases) capitals = ByteBlock(bytes).in_range('A', 'Z');
  if (beyond_ascii != 0) add_beyond_ascii(text, beyond_ascii, has_cases);
}

void GptClasses::add_beyond_ascii(std::string_view text, uint64_t beyond_ascii, bool has_cases) {
  const CharClasses& classes = char_classes();
  while (beyond_ascii != 0) {
    const auto at = static_cast<size_t>(std::countr_zero(beyond_ascii));
    const Utf8Char c = read_usual_utf8(text, at);
    // Its bytes, as far as they are in the block.
    const uint64_t bits = bits_below(static_cast<size_t>(c.length)) << at;
    beyond_ascii &= ~bits;
    continuations |= bits & (bits - 1);
    const uint16_t char_class = classes[c.code_point];
    const Category category = category_of(char_class);
    const bool is_mark = category >= Category::kMn && category <= Category::kMe;
    if (is_letter(char_class)) {
      letters |= bits;
      if (category == Category::kLu || category == Category::kLt) capitals |= bits;
      if (category == Category::kLm || category == Category::kLo) caseless |= bits;
    } else if (has_cases && is_mark && at > 0 && (letters >> (at - 1) & 1) != 0) {
      letters |= bits;
      caseless |= bits;
    } else if ((char_class & kWhitespace) != 0 || (has_cases && is_mark) || is_number(char_class)) {
      // White space and numbers are counted, and here they have several bytes; such a mark could begin a word.
      num_known = at;
      return;
    } else {
      others |= bits;
    }
  }
}

}  // namespace slm::text
