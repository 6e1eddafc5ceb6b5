#include "slm/optim/gradient_norm.h"

#include <gtest/gtest.h>

#include <limits>

#include "optim/optimizer_fixture.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::optim {
namespace {

TEST(GradientNorm, AndClipScaleAgreeWithTorchClipGradNorm) {
  for (const auto& fixture : test::optimizer_fixtures()["clip"]) {
    test::ParameterSet set;
    for (const auto& gradient : fixture["before"]) {
      const Shape shape{static_cast<int64_t>(gradient.size())};
      nn::Parameter* parameter = set.add("p", Tensor::zeros(shape, DType::kFloat64));
      test::set_gradient(*parameter, test::tensor_of(gradient, shape, DType::kFloat64));
    }
    const GradientNorm norm = gradient_norm(set.parameters());
    EXPECT_NEAR(norm.value, fixture["norm"].get<double>(), 1e-12 * norm.value);
    EXPECT_EQ(norm.non_finite, nullptr);
    const double scale = clip_scale(norm.value, fixture["max_norm"]);
    for (size_t i = 0; i < set.parameters().size(); ++i) {
      const Tensor clipped = set[i].variable.grad().clone();
      for (double& value : clipped.span<double>()) value *= scale;
      EXPECT_TRUE(test::close(clipped, test::tensor_of(fixture["after"][i], clipped.shape(), DType::kFloat64), 1e-12));
    }
  }
}

TEST(GradientNorm, NamesTheFirstParameterWithAnElementThatIsNoNumber) {
  test::ParameterSet set;
  for (const char* name : {"a", "b", "c"}) {
    const Tensor gradient = test::normal_inputs({100}, DType::kFloat32, 1);
    if (name[0] != 'a') gradient.data<float>()[57] = std::numeric_limits<float>::quiet_NaN();
    test::set_gradient(*set.add(name, Tensor::zeros({100}, DType::kFloat32)), gradient);
  }
  const GradientNorm norm = gradient_norm(set.parameters());
  ASSERT_NE(norm.non_finite, nullptr);
  EXPECT_EQ(norm.non_finite->name, "b");
}

TEST(GradientNorm, PassesOverParametersWithoutAGradient) {
  test::ParameterSet set;
  set.add("a", Tensor::zeros({2}, DType::kFloat32));
  const std::vector<float> gradient = {3, 4};
  test::set_gradient(*set.add("b", Tensor::zeros({2}, DType::kFloat32)), Tensor::from<float>(gradient, {2}));
  EXPECT_EQ(gradient_norm(set.parameters()).value, 5);
  clear_gradients(set.parameters());
  EXPECT_EQ(gradient_norm(set.parameters()).value, 0);
}

TEST(ClipScale, IsOneWithoutALimit) { EXPECT_EQ(clip_scale(1e9, 0), 1); }

}  // namespace
}  // namespace slm::optim
