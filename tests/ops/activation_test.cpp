#include "slm/ops/activation.h"

#include <gtest/gtest.h>

#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

TEST(Activation, GradientsMatchCentralDifferences) {
  for (const Activation f : {Activation::kNone, Activation::kRelu, Activation::kGeluTanh, Activation::kGeluErf,
                             Activation::kReluSquared, Activation::kSilu}) {
    SCOPED_TRACE(kernels::name(f));
    EXPECT_TRUE(
        test::gradients_match([f](std::span<const Variable> in) { return std::vector<Variable>{activation(in[0], f)}; },
                              {test::normal_inputs({3, 17}, DType::kFloat64, 1)}));
  }
}

}  // namespace
}  // namespace slm::ops
