#pragma once

#include <cstdint>
#include <string_view>

#include "slm/text/unicode.h"

namespace slm::text {

// Finds where the matches of GPT-2's pattern begin, for 64 bytes at once.
class Gpt2Scanner {
 public:
  // `text` begins with a match. Bit i: a match begins (and the one before ends) at byte i. Only matches that end within
  // the first 63 bytes are certain and have both bits; there may be none. Where the text is shorter than 64 bytes, the
  // bit of its end is set, too. 64 bytes can be read at `text` whatever its size, zeros behind its end.
  uint64_t starts(std::string_view text) const;

 private:
  struct Classes {
    uint64_t letters, numbers, spaces, others;
    uint64_t certain;  // bytes whose starts follow from these
  };
  void classify_beyond_ascii(std::string_view text, uint64_t beyond_ascii, Classes& classes) const;

  const CharClasses& classes_ = char_classes();
};

}  // namespace slm::text
