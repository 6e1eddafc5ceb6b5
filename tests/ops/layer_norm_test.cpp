#include "slm/ops/layer_norm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

TEST(LayerNorm, GradientsMatchCentralDifferences) {
  for (const int64_t rows : {1, 3}) {
    for (const int64_t dim : {2, 7, 17}) {
      SCOPED_TRACE(fmt::format("({}, {})", rows, dim));
      EXPECT_TRUE(test::gradients_match(
          [](std::span<const Variable> in) { return std::vector<Variable>{layer_norm(in[0], in[1], in[2], 0.1)}; },
          {normal_inputs({rows, dim}, DType::kFloat64, 1), normal_inputs({dim}, DType::kFloat64, 2),
           normal_inputs({dim}, DType::kFloat64, 3)}));
    }
  }
}

TEST(LayerNorm, GradientsMatchCentralDifferencesWithoutABias) {
  EXPECT_TRUE(test::gradients_match(
      [](std::span<const Variable> in) { return std::vector<Variable>{layer_norm(in[0], in[1], {}, 0.1)}; },
      {normal_inputs({3, 5}, DType::kFloat64, 1), normal_inputs({5}, DType::kFloat64, 2)}));
}

TEST(LayerNormResidual, GradientsMatchCentralDifferencesThroughOneOrBothOutputs) {
  for (const bool uses_sum : {false, true}) {
    EXPECT_TRUE(test::gradients_match(
        [uses_sum](std::span<const Variable> in) {
          const NormWithResidual y = layer_norm_residual(in[0], in[1], in[2], in[3], 0.1);
          return uses_sum ? std::vector<Variable>{y.sum, y.normalized} : std::vector<Variable>{y.normalized};
        },
        {normal_inputs({3, 7}, DType::kFloat64, 1), normal_inputs({3, 7}, DType::kFloat64, 2),
         normal_inputs({7}, DType::kFloat64, 3), normal_inputs({7}, DType::kFloat64, 4)}));
  }
}

TEST(LayerNorm, NamesTheShapesThatDoNotFit) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const ShapeError& error) {
      return error.what();
    }
    return "no exception";
  };
  const Variable x(normal_inputs({2, 8}, DType::kFloat32, 1)), w7(normal_inputs({7}, DType::kFloat32, 2));
  const Variable w8(normal_inputs({8}, DType::kFloat32, 2)), r(normal_inputs({3, 8}, DType::kFloat32, 2));
  EXPECT_EQ(message([&] { layer_norm(x, w7, w8, 1e-5); }), "[layer_norm] weight has shape (7), expected (8)");
  EXPECT_EQ(message([&] { layer_norm(x, w8, w7, 1e-5); }), "[layer_norm] bias has shape (7), expected (8)");
  EXPECT_EQ(message([&] { layer_norm_residual(x, r, w8, w8, 1e-5); }),
            "[layer_norm] residual has shape (3, 8), expected (2, 8)");
}

}  // namespace
}  // namespace slm::ops
