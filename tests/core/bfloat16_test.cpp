#include "slm/core/bfloat16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "slm/core/philox.h"

namespace slm {
namespace {

float of_bits(uint32_t bits) { return std::bit_cast<float>(bits); }

TEST(BFloat16, KeepsEveryOneOfItsNumbers) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = of_bits(bits << 16);
    const BFloat16 rounded(value);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(rounded))) << bits;
    } else {
      EXPECT_EQ(rounded.bits, bits);
      EXPECT_EQ(static_cast<float>(rounded), value);
    }
  }
}

// The nearest of the two neighbours, found by their distance in fp64; of two as near, the one whose last bit is 0.
uint16_t nearest(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  const auto below = static_cast<uint16_t>(word >> 16), above = static_cast<uint16_t>(below + 1);
  const auto number = [](uint16_t bits) {
    const double finite = static_cast<double>(of_bits(static_cast<uint32_t>(bits) << 16));
    return std::isinf(finite) ? std::copysign(std::ldexp(1.0, 128), finite) : finite;  // where the next number would be
  };
  const double to_below = std::abs(number(below) - static_cast<double>(value));
  const double to_above = std::abs(number(above) - static_cast<double>(value));
  if (to_below == to_above) return (below & 1) == 0 ? below : above;
  return to_below < to_above ? below : above;
}

TEST(BFloat16, RoundsToTheNearestAndTiesToEven) {
  const RandomStream random{.seed = 3, .stream = 1, .step = 0};
  std::vector<uint32_t> words = {0x3f808000, 0x3f818000, 0xbf808000, 0x3f808001, 0x3f807fff, 0x00000001,
                                 0x00008000, 0x00018000, 0x7f7f7fff, 0x7f7f8000, 0x7f7fffff, 0xff7fffff};
  for (uint64_t i = 0; i < 20000; ++i) words.push_back(random.word(i));
  for (uint64_t i = 0; i < 2000; ++i) words.push_back((random.word(i) & 0xffff0000u) | 0x8000u);  // ties
  for (const uint32_t word : words) {
    if (!std::isfinite(of_bits(word))) continue;
    EXPECT_EQ(BFloat16(of_bits(word)).bits, nearest(of_bits(word))) << std::hex << word;
  }
}

TEST(BFloat16, LeavesNoNumberAloneInItsPlace) {
  EXPECT_EQ(BFloat16(std::numeric_limits<float>::infinity()).bits, 0x7f80);
  EXPECT_EQ(BFloat16(-std::numeric_limits<float>::infinity()).bits, 0xff80);
  // A NaN whose payload lies in the lower half only, and one that rounding would carry into another sign.
  for (const uint32_t word : {0x7f800001u, 0xffffffffu, 0x7fffffffu}) {
    EXPECT_TRUE(std::isnan(static_cast<float>(BFloat16(of_bits(word))))) << std::hex << word;
  }
}

}  // namespace
}  // namespace slm
