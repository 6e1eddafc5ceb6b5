#include "slm/ops/linear.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

TEST(Linear, GradientsMatchCentralDifferences) {
  for (const auto activation :
       {kernels::Activation::kNone, kernels::Activation::kRelu, kernels::Activation::kGeluTanh,
        kernels::Activation::kGeluErf, kernels::Activation::kReluSquared, kernels::Activation::kSilu}) {
    for (const Shape& shape : {Shape{1, 1, 1}, Shape{2, 3, 5}}) {
      SCOPED_TRACE(fmt::format("{} {}", kernels::name(activation), to_string(shape)));
      const int64_t in = shape.back(), out = in + 2;
      EXPECT_TRUE(test::gradients_match(
          [&](std::span<const Variable> v) { return std::vector<Variable>{linear(v[0], v[1], v[2], activation)}; },
          {normal_inputs(shape, DType::kFloat64, 1), normal_inputs({out, in}, DType::kFloat64, 2),
           normal_inputs({out}, DType::kFloat64, 3)}));
    }
  }
}

TEST(Linear, WorksWithoutABias) {
  EXPECT_TRUE(
      test::gradients_match([](std::span<const Variable> v) { return std::vector<Variable>{linear(v[0], v[1], {})}; },
                            {normal_inputs({4, 3}, DType::kFloat64, 1), normal_inputs({2, 3}, DType::kFloat64, 2)}));
}

TEST(Linear, NamesTheShapesThatDoNotFit) {
  const Variable x(normal_inputs({2, 8}, DType::kFloat32, 1)), w(normal_inputs({4, 7}, DType::kFloat32, 2));
  try {
    linear(x, w, {});
    FAIL() << "no exception";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "[linear] weight has shape (4, 7), expected (4, 8)");
  }
}

}  // namespace
}  // namespace slm::ops
