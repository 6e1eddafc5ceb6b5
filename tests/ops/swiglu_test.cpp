#include "slm/ops/swiglu.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/ops/activation.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

TEST(Swiglu, GradientsMatchCentralDifferences) {
  for (const int64_t hidden : {1, 5, 17}) {
    EXPECT_TRUE(test::gradients_match([](std::span<const Variable> in) { return std::vector<Variable>{swiglu(in[0])}; },
                                      {normal_inputs({2, 3, 2 * hidden}, DType::kFloat64, 1)}));
  }
}

TEST(Swiglu, IsSiluOfTheFirstHalfTimesTheSecond) {
  const Tensor x = normal_inputs({1, 10}, DType::kFloat64, 1);
  const Tensor want = activation(Variable(x.reshape({10}).slice(0, 5)), Activation::kSilu).value();
  for (int64_t i = 0; i < 5; ++i) want.data<double>()[i] *= x.data<double>()[5 + i];
  EXPECT_TRUE(test::close(swiglu(Variable(x)).value(), want.reshape({1, 5}), 1e-15));
}

TEST(Swiglu, RefusesARowThatHasNoHalves) {
  try {
    swiglu(Variable(normal_inputs({2, 7}, DType::kFloat32, 1)));
    FAIL() << "no exception";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(),
                 "[swiglu] got rows of 7 elements, expected an even number: a gate and an up half; x is (2, 7)");
  }
}

}  // namespace
}  // namespace slm::ops
