#include "slm/text/gpt_splitter.h"

#include "slm/text/unicode.h"

namespace slm::text {

GptSplitter::GptSplitter(GptPattern pattern) : pattern_(pattern) {
  classes_.fill(kNotAscii);
  for (unsigned c = 0; c < 0x80; ++c) {
    const uint16_t char_class = char_classes()[c];
    classes_[c] = is_letter(char_class)             ? kLetter
                  : is_number(char_class)           ? kDigit
                  : c == '\r' || c == '\n'          ? kLineEnd
                  : (char_class & kWhitespace) != 0 ? kSpace
                  : c == '\''                       ? kApostrophe
                                                    : kOther;
  }
}

}  // namespace slm::text
