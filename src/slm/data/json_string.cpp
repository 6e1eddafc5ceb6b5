#include "slm/data/json_string.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "slm/kernels/isa.h"
#include "slm/text/byte_block.h"
#include "slm/text/utf8.h"

namespace slm::data {
namespace {

constexpr ptrdiff_t kBlock = 64;

// What a backslash and this character stand for; 0 for a 'u' and for what may not follow a backslash.
constexpr std::array<char, 256> kSimpleEscapes = [] {
  std::array<char, 256> meaning = {};
  meaning['"'] = '"';
  meaning['\\'] = '\\';
  meaning['/'] = '/';
  meaning['b'] = '\b';
  meaning['f'] = '\f';
  meaning['n'] = '\n';
  meaning['r'] = '\r';
  meaning['t'] = '\t';
  return meaning;
}();

// A bit for each of 64 bytes, that of the first byte lowest.
struct PortableMasks {
  explicit PortableMasks(const char* at) {
    const text::ByteBlock block(at);
    stops = block.equal_to('"') | block.in_range(0, 0x1F);
    backslashes = block.equal_to('\\');
  }
  uint64_t stops;  // quotes and control characters
  uint64_t backslashes;
};

// Steps over (and copies to `out`, if kCopies) what needs no thought: plain bytes and escapes of one character. Stops
// at anything else, or with less than two blocks left.
template <class Masks, bool kCopies>
[[gnu::always_inline]] inline void step(const char*& at, const char* end, char*& out) {
  const auto copy = [&](const char* from, size_t count) {
    if constexpr (kCopies) {
      std::memcpy(out, from, kBlock);  // all of a block costs less than some of it
      out += count;
    }
  };
  while (end - at >= 2 * kBlock) {
    const Masks masks(at);
    size_t begin = 0;  // of what was not copied
    uint64_t events = masks.stops | masks.backslashes;
    while (events != 0) {
      const auto event = static_cast<size_t>(std::countr_zero(events));
      copy(at + begin, event - begin);
      const char meaning = kSimpleEscapes[static_cast<unsigned char>(at[event + 1])];
      if ((masks.stops >> event & 1) != 0 || meaning == 0) {
        at += event;
        return;
      }
      if constexpr (kCopies) *out++ = meaning;
      begin = event + 2;
      events = begin < kBlock ? events & ~uint64_t{0} << begin : 0;
    }
    if (begin < kBlock) {
      copy(at + begin, kBlock - begin);
      begin = kBlock;
    }
    at += begin;
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// The code unit of an escape \uXXXX at `at`; -1 where there is none.
int32_t unicode_escape(const char* at, const char* end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  int32_t value = 0;
  for (int i = 2; i < 6; ++i) {
    const int digit = hex_value(at[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// The character of the escape at `at`, which is moved behind it; false where there is none.
bool read_unicode_escape(const char*& at, const char* end, char32_t& character, int64_t& num_replaced) {
  const int32_t unit = unicode_escape(at, end);
  if (unit < 0) return false;
  at += 6;
  character = static_cast<char32_t>(unit);
  if (unit < 0xD800 || unit >= 0xE000) return true;
  const int32_t low = unit < 0xDC00 ? unicode_escape(at, end) : -1;
  if (low >= 0xDC00 && low < 0xE000) {
    at += 6;
    character = static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
  } else {
    character = text::kReplacementCharacter;
    ++num_replaced;
  }
  return true;
}

template <class Masks, bool kCopies>
[[gnu::always_inline]] inline const char* read(const char* at, const char* end, char*& out, int64_t& num_replaced) {
  while (true) {
    step<Masks, kCopies>(at, end, out);
    if (end - at < 2 * kBlock) {
      // The rest, with zeros behind it, at which a string cannot go on.
      char rest[4 * kBlock] = {};
      const char* in_rest = rest;
      std::copy(at, end, rest);
      step<Masks, kCopies>(in_rest, rest + sizeof rest, out);
      at += in_rest - rest;
    }
    if (at >= end) return nullptr;
    if (*at == '"') return at + 1;
    char32_t character = 0;
    if (*at != '\\' || !read_unicode_escape(at, end, character, num_replaced)) return nullptr;
    do {
      if constexpr (kCopies) out = text::write_utf8(out, character);
    } while (read_unicode_escape(at, end, character, num_replaced));  // seldom one alone
  }
}

const char* portable_skip(const char* at, const char* end) {
  char* nothing = nullptr;
  int64_t ignored = 0;
  return read<PortableMasks, false>(at, end, nothing, ignored);
}

const char* portable_decode(const char* at, const char* end, char*& out, int64_t& num_replaced) {
  return read<PortableMasks, true>(at, end, out, num_replaced);
}

#ifdef __x86_64__
struct Avx512Masks {
  [[gnu::target("avx512bw")]] explicit Avx512Masks(const char* at) {
    const __m512i block = _mm512_loadu_si512(at);
    stops =
        _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('"')) | _mm512_cmplt_epu8_mask(block, _mm512_set1_epi8(0x20));
    backslashes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\\'));
  }
  uint64_t stops;
  uint64_t backslashes;
};

[[gnu::target("avx512bw,bmi,bmi2")]] const char* avx512_skip(const char* at, const char* end) {
  char* nothing = nullptr;
  int64_t ignored = 0;
  return read<Avx512Masks, false>(at, end, nothing, ignored);
}

[[gnu::target("avx512bw,bmi,bmi2")]] const char* avx512_decode(const char* at, const char* end, char*& out,
                                                               int64_t& num_replaced) {
  return read<Avx512Masks, true>(at, end, out, num_replaced);
}

constexpr JsonStrings kAvx512 = {avx512_skip, avx512_decode};
#endif

}  // namespace

const JsonStrings portable_json_strings = {portable_skip, portable_decode};

#ifdef __x86_64__
const JsonStrings* avx512_json_strings() {
  static const bool has_avx512 = kernels::has_avx512();  // a virtual machine takes its time to answer
  return has_avx512 ? &kAvx512 : nullptr;
}
#else
const JsonStrings* avx512_json_strings() { return nullptr; }
#endif

}  // namespace slm::data
