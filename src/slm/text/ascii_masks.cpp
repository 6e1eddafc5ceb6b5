#include "slm/text/ascii_masks.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "slm/kernels/isa.h"
#include "slm/text/byte_block.h"

namespace slm::text {

AsciiMasks ascii_masks(const char* bytes) {
  const ByteBlock block(bytes);
  AsciiMasks masks;
  masks.letters = block.letters();
  masks.digits = block.in_range('0', '9');
  masks.plain_spaces = block.equal_to(' ');
  masks.spaces = masks.plain_spaces | block.in_range('\t', '\r');
  masks.apostrophes = block.equal_to('\'');
  masks.beyond = block.beyond_ascii();
  return masks;
}

#ifdef __x86_64__
namespace {

[[gnu::target("avx512bw")]] inline uint64_t in_range(__m512i bytes, char first, char last) {
  const auto size = static_cast<char>(last - first + 1);
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(size));
}

[[gnu::target("avx512bw")]] AsciiMasks masks_of(const char* bytes) {
  const __m512i block = _mm512_loadu_si512(bytes);
  AsciiMasks masks;
  masks.letters = in_range(_mm512_or_si512(block, _mm512_set1_epi8(0x20)), 'a', 'z');
  masks.digits = in_range(block, '0', '9');
  masks.plain_spaces = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(' '));
  masks.spaces = masks.plain_spaces | in_range(block, '\t', '\r');
  masks.apostrophes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\''));
  masks.beyond = _mm512_movepi8_mask(block);
  return masks;
}

}  // namespace

AsciiMasksOf avx512_ascii_masks() { return kernels::has_avx512() ? masks_of : nullptr; }
#else
AsciiMasksOf avx512_ascii_masks() { return nullptr; }
#endif

}  // namespace slm::text
