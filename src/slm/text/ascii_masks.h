#pragma once

#include <cstdint>

namespace slm::text {

// What 64 bytes are in ASCII: a bit for each byte, that of the first byte lowest.
struct AsciiMasks {
  uint64_t letters;
  uint64_t digits;
  uint64_t spaces;  // U+0009 to U+000D and U+0020
  uint64_t plain_spaces;
  uint64_t apostrophes;
  uint64_t beyond;  // not ASCII
};

AsciiMasks ascii_masks(const char* bytes);

using AsciiMasksOf = AsciiMasks (*)(const char* bytes);
// The same with AVX-512; null where kernels::has_avx512() says no.
AsciiMasksOf avx512_ascii_masks();

}  // namespace slm::text
