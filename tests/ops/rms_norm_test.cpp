#include "slm/ops/rms_norm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

TEST(RmsNorm, GradientsMatchCentralDifferences) {
  for (const int64_t rows : {1, 3}) {
    for (const int64_t dim : {1, 2, 7, 17}) {
      SCOPED_TRACE(fmt::format("({}, {})", rows, dim));
      EXPECT_TRUE(test::gradients_match(
          [](std::span<const Variable> in) { return std::vector<Variable>{rms_norm(in[0], in[1], 1e-3)}; },
          {normal_inputs({rows, dim}, DType::kFloat64, 1), normal_inputs({dim}, DType::kFloat64, 2)}));
    }
  }
}

TEST(RmsNormResidual, GradientsMatchCentralDifferencesThroughBothOutputs) {
  EXPECT_TRUE(test::gradients_match(
      [](std::span<const Variable> in) {
        const NormWithResidual y = rms_norm_residual(in[0], in[1], in[2], 1e-3);
        return std::vector<Variable>{y.sum, y.normalized};
      },
      {normal_inputs({3, 7}, DType::kFloat64, 1), normal_inputs({3, 7}, DType::kFloat64, 2),
       normal_inputs({7}, DType::kFloat64, 3)}));
}

TEST(RmsNorm, NamesTheShapesThatDoNotFit) {
  const Variable x(normal_inputs({2, 8}, DType::kFloat32, 1)), w(normal_inputs({7}, DType::kFloat32, 2));
  try {
    rms_norm(x, w, 1e-5);
    FAIL() << "no exception";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "[rms_norm] weight has shape (7), expected (8)");
  }
}

}  // namespace
}  // namespace slm::ops
