#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "slm/text/ascii_masks.h"

namespace slm::text {

// What the characters in the first 64 bytes of a text are to the patterns of GPT tokenizers: a bit for each byte, that
// of the first byte lowest. 64 bytes can be read at the text whatever its size, zeros behind its end.
struct GptClasses {
  const char* bytes;
  size_t size;  // of the text, at most 64
  uint64_t letters, numbers, spaces, others;
  uint64_t plain_spaces;     // U+0020
  uint64_t apostrophes;      // U+0027
  uint64_t continuations{};  // bytes of characters but their first
  // Only where there are cases: letters that are capitals, and letters and marks that are neither capital nor small.
  uint64_t capitals{}, caseless{};
  size_t num_known;  // bytes before the first that these bits do not describe well, at most the size

  // `has_cases`: capitals and small letters differ, and a mark behind a letter goes with it.
  GptClasses(std::string_view text, AsciiMasksOf ascii_masks_of, bool has_cases);

 private:
  void add_beyond_ascii(std::string_view text, uint64_t beyond_ascii, bool has_cases);
};

// The lowest `count` bits.
constexpr uint64_t bits_below(size_t count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

}  // namespace slm::text
