#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace slm::formats {

// IEEE half precision as files hold it: 5 exponent bits, 10 stored mantissa bits.
struct Float16 {
  uint16_t bits;

  Float16() = default;

  // Rounds to nearest, ties to even; too large becomes infinity, a NaN stays a (quiet) NaN.
  explicit Float16(float value) {
    const uint32_t word = std::bit_cast<uint32_t>(value);
    const auto sign = static_cast<uint16_t>((word >> 16) & 0x8000u);
    const uint32_t magnitude = word & 0x7fffffffu;
    uint32_t half = 0;
    if (magnitude > 0x7f800000u) {
      half = 0x7e00u;
    } else if (magnitude >= 0x47800000u) {  // 2^16 and more
      half = 0x7c00u;
    } else if (magnitude >= 0x38800000u) {  // 2^-14, the smallest normal number, and more
      half = ((magnitude + 0xfffu + ((magnitude >> 13) & 1u)) >> 13) - (112u << 10);
    } else {  // a multiple of 2^-24
      half = static_cast<uint32_t>(std::nearbyint(std::bit_cast<float>(magnitude) * 0x1p24f));
    }
    bits = static_cast<uint16_t>(sign | half);
  }

  explicit operator float() const {
    const uint32_t exponent = (bits >> 10) & 0x1fu, mantissa = bits & 0x3ffu;
    const float sign = (bits & 0x8000u) != 0 ? -1.0f : 1.0f;
    if (exponent == 0) return sign * static_cast<float>(mantissa) * 0x1p-24f;
    const uint32_t wide_exponent = exponent == 31 ? 255 : exponent + 112;
    return sign * std::bit_cast<float>((wide_exponent << 23) | (mantissa << 13));
  }
  explicit operator double() const { return static_cast<double>(static_cast<float>(*this)); }
};

static_assert(sizeof(Float16) == 2);

}  // namespace slm::formats
