#include "slm/formats/convert_elements.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "slm/formats/float16.h"

namespace slm::formats {
namespace {

float to_float(uint16_t bits) {
  Float16 half;
  half.bits = bits;
  return static_cast<float>(half);
}

TEST(Float16, EveryValueComesBackFromAFloat) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = to_float(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Float16(value))));
    } else {
      ASSERT_EQ(Float16(value).bits, bits);
    }
  }
}

TEST(Float16, KnownValues) {
  EXPECT_EQ(to_float(0x3c00), 1.0f);
  EXPECT_EQ(to_float(0xc000), -2.0f);
  EXPECT_EQ(to_float(0x7bff), 65504.0f);
  EXPECT_EQ(to_float(0x0001), 0x1p-24f);
  EXPECT_EQ(to_float(0x0400), 0x1p-14f);
  EXPECT_EQ(to_float(0x3555), 0.333251953125f);
  EXPECT_EQ(to_float(0xfc00), -std::numeric_limits<float>::infinity());
}

TEST(Float16, RoundsToTheNearestOfTwoNeighboursAndTiesToEven) {
  for (uint32_t bits = 0; bits < 0x7bff; ++bits) {  // all positive neighbours, the subnormal ones too
    const float low = to_float(static_cast<uint16_t>(bits)), high = to_float(static_cast<uint16_t>(bits + 1));
    const float middle = low + (high - low) / 2;  // exact: floats have 13 more bits
    ASSERT_EQ(Float16(middle).bits, bits % 2 == 0 ? bits : bits + 1);
    ASSERT_EQ(Float16(std::nextafter(middle, low)).bits, bits);
    ASSERT_EQ(Float16(std::nextafter(middle, high)).bits, bits + 1);
    ASSERT_EQ(Float16(-low).bits, bits | 0x8000u);
  }
  EXPECT_EQ(Float16(65519.99f).bits, 0x7bff);
  EXPECT_EQ(Float16(65520.0f).bits, 0x7c00);
  EXPECT_EQ(Float16(1e30f).bits, 0x7c00);
}

TEST(ConvertElements, TakesStridedAndUnalignedElements) {
  std::vector<std::byte> bytes(1 + 6 * sizeof(int32_t));
  for (int32_t i = 0; i < 6; ++i) std::memcpy(bytes.data() + 1 + i * 4, &i, sizeof(i));
  int64_t got[3] = {};
  EXPECT_EQ(convert_elements(ElementType::kInt32, bytes.data() + 1, 2, DType::kInt64, got, 3), 3);
  EXPECT_EQ(std::vector<int64_t>(got, got + 3), (std::vector<int64_t>{0, 2, 4}));
}

TEST(ConvertElements, StopsAtAnIntegerThatDoesNotFit) {
  const int64_t values[] = {0, 65535, 65536, -1};
  uint16_t got[4] = {};
  const auto* source = reinterpret_cast<const std::byte*>(values);
  EXPECT_EQ(convert_elements(ElementType::kInt64, source, 1, DType::kUInt16, got, 4), 2);
  EXPECT_EQ(convert_elements(ElementType::kInt64, source + 24, 1, DType::kUInt16, got, 1), 0);
  const uint64_t large[] = {1, uint64_t{1} << 63};
  int64_t wide[2] = {};
  EXPECT_EQ(
      convert_elements(ElementType::kUInt64, reinterpret_cast<const std::byte*>(large), 1, DType::kInt64, wide, 2), 1);
}

TEST(ConvertElements, KnowsWhatCannotBeConverted) {
  EXPECT_TRUE(is_convertible(ElementType::kFloat16, DType::kFloat64));
  EXPECT_TRUE(is_convertible(ElementType::kBool, DType::kInt64));
  EXPECT_FALSE(is_convertible(ElementType::kInt64, DType::kFloat32));
  EXPECT_FALSE(is_convertible(ElementType::kBFloat16, DType::kInt32));
}

}  // namespace
}  // namespace slm::formats
