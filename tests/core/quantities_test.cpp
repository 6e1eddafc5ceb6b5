#include "slm/core/quantities.h"

#include <gtest/gtest.h>

namespace slm {
namespace {

TEST(Quantities, GroupDigitsAndPickUnits) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(138'000'000), "138 MB");
  EXPECT_EQ(format_bytes(1'100'000'000), "1.1 GB");
  EXPECT_EQ(format_bytes(999'960'000), "1.0 GB");
  EXPECT_EQ(format_count(30'630'000), "30.6M");
  EXPECT_EQ(format_count(512), "512");
  EXPECT_EQ(counted(1, "layer"), "1 layer");
  EXPECT_EQ(counted(0, "layer"), "0 layers");
  EXPECT_EQ(counted(1612, "thread"), "1,612 threads");
}

}  // namespace
}  // namespace slm
