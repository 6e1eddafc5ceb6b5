#include "slm/optim/adamw.h"

#include <gtest/gtest.h>

#include "optim/optimizer_fixture.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::optim {
namespace {

AdamWOptions options_of(const nlohmann::json& options) {
  return {options["beta1"], options["beta2"], options["eps"], options["weight_decay"]};
}

TEST(AdamW, DoesTheStepsOfTorchAdamW) {
  for (const auto& fixture : test::optimizer_fixtures()["adamw"]) {
    for (const test::Precision& precision : test::precisions()) {
      SCOPED_TRACE(fixture["options"].dump() + " " + precision.name());
      const test::ParameterSet set(fixture, precision);
      AdamW optimizer(set.parameters(), options_of(fixture["options"]));
      test::expect_same_as_fixture(fixture, set, optimizer, precision);
    }
  }
}

TEST(AdamW, MultipliesGradientsByTheScaleAsItReadsThem) {
  const auto& fixture = test::optimizer_fixtures()["adamw"][0];
  for (const test::Precision& precision : test::precisions()) {
    const test::ParameterSet set(fixture, precision);
    AdamW optimizer(set.parameters(), options_of(fixture["options"]));
    test::expect_same_as_fixture(fixture, set, optimizer, precision, /*gradient_scale=*/0.37);
  }
}

TEST(AdamW, GoesOnFromItsStateAsIfItHadNeverStopped) {
  test::ParameterSet set, resumed_set;
  nn::Parameter* parameter = set.add("w", test::normal_inputs({4, 5}, DType::kFloat32, 1));
  AdamW optimizer(set.parameters(), {});
  const auto gradient = [](uint64_t step) { return test::normal_inputs({4, 5}, DType::kFloat32, 10 + step); };
  for (uint64_t step = 0; step < 3; ++step) {
    test::set_gradient(*parameter, gradient(step));
    optimizer.step({.learning_rate = 0.1});
  }

  nn::Parameter* resumed_parameter = resumed_set.add("w", parameter->master.clone());
  AdamW resumed(resumed_set.parameters(), {});
  ASSERT_EQ(resumed.state().size(), 2u);
  for (size_t i = 0; i < resumed.state().size(); ++i) {
    EXPECT_EQ(resumed.state()[i].name, optimizer.state()[i].name);
    resumed.state()[i].tensor.copy_from(optimizer.state()[i].tensor);
  }
  resumed.set_num_steps(optimizer.num_steps());

  for (uint64_t step = 3; step < 6; ++step) {
    test::set_gradient(*parameter, gradient(step));
    test::set_gradient(*resumed_parameter, gradient(step));
    optimizer.step({.learning_rate = 0.1});
    resumed.step({.learning_rate = 0.1});
  }
  EXPECT_TRUE(test::same_bits(resumed_parameter->master, parameter->master));
}

TEST(AdamW, LeavesAParameterWithoutGradientAlone) {
  test::ParameterSet set;
  const Tensor before = test::normal_inputs({4, 5}, DType::kFloat32, 1);
  set.add("w", before.clone());
  AdamW optimizer(set.parameters(), {});
  optimizer.step({.learning_rate = 0.1});
  EXPECT_TRUE(test::same_bits(set[0].master, before));
}

}  // namespace
}  // namespace slm::optim
