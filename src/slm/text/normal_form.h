#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace slm::text {

// A character of a changed text, and how it came about, which is what offsets are kept by: 0 it stands for one
// character of the text before; 1 it was inserted; -n it stands for one character, and n after it were removed.
struct CharChange {
  char32_t character;
  int change;
};

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

std::vector<CharChange> normal_form(std::string_view text, NormalForm form);

// Appends the canonical decomposition of one character, in UTF-8; for characters that combine, not yet in order.
void append_canonical_decomposition(char32_t c, std::string& out);

uint8_t combining_class(char32_t c);

}  // namespace slm::text
