#include "support/close.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/guarded.h"

namespace slm::test {
namespace {

Tensor row(std::vector<float> values) {
  const auto size = static_cast<int64_t>(values.size());
  return Tensor::from<float>(values, {1, size});
}

TEST(Close, MeasuresAgainstTheElementPlusTheRmsOfItsRow) {
  // rms of (3, 4) is sqrt(12.5) = 3.5355; the second element is off by 0.1: 0.1 / (4 + 3.5355).
  EXPECT_NEAR(worst_error(row({3, 4.1f}), row({3, 4})), 0.1 / 7.5355, 1e-6);
  EXPECT_TRUE(close(row({3, 4.1f}), row({3, 4}), 0.0133));
  EXPECT_FALSE(close(row({3, 4.1f}), row({3, 4}), 0.0132));
}

TEST(Close, FailsOnNanInfinityAndAnotherShape) {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(close(row({nan, 1}), row({1, 1}), 1e9));
  EXPECT_FALSE(close(row({infinity, 1}), row({1, 1}), 1e9));
  EXPECT_FALSE(close(row({nan}), row({0}), 1e9));
  EXPECT_FALSE(close(row({1, 2, 3}), row({1, 2}), 1e9));
}

TEST(Close, NamesTheWorstElement) {
  EXPECT_STREQ(close(row({1, 5}), row({1, 1}), 0.5).message(),
               "element 1 of (1, 2): got 5, want 1, error 2, limit 0.5");
}

TEST(GuardedOutput, SeesAWriteOnEitherSide) {
  for (const int64_t offset : {-1, 4}) {
    const GuardedOutput output({4}, DType::kFloat32);
    EXPECT_TRUE(output.guards_intact());
    output.view().as<float>()[offset] = 1;
    EXPECT_FALSE(output.guards_intact()) << "offset " << offset;
  }
}

}  // namespace
}  // namespace slm::test
