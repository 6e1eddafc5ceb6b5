#pragma once

#include <bit>
#include <cstdint>

namespace slm {

// The upper half of an IEEE float: 8 exponent bits, 7 stored mantissa bits.
struct BFloat16 {
  uint16_t bits;

  BFloat16() = default;

  // Rounds to nearest, ties to even; a NaN stays a (quiet) NaN.
  explicit BFloat16(float value) {
    const uint32_t word = std::bit_cast<uint32_t>(value);
    const bool is_nan = (word & 0x7fffffffu) > 0x7f800000u;
    const uint32_t rounded = word + 0x7fffu + ((word >> 16) & 1u);
    bits = static_cast<uint16_t>(is_nan ? (word >> 16) | 0x40u : rounded >> 16);
  }

  explicit operator float() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
  explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }
};

static_assert(sizeof(BFloat16) == 2);

}  // namespace slm
