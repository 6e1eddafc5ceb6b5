#include "slm/optim/sgd.h"

#include <gtest/gtest.h>

#include "optim/optimizer_fixture.h"

namespace slm::optim {
namespace {

TEST(Sgd, DoesTheStepsOfTorchSgd) {
  for (const auto& fixture : test::optimizer_fixtures()["sgd"]) {
    for (const test::Precision& precision : test::precisions()) {
      const auto& options = fixture["options"];
      SCOPED_TRACE(options.dump() + " " + precision.name());
      const test::ParameterSet set(fixture, precision);
      Sgd optimizer(set.parameters(), {.momentum = options["momentum"],
                                       .is_nesterov = options["nesterov"],
                                       .weight_decay = options["weight_decay"]});
      test::expect_same_as_fixture(fixture, set, optimizer, precision, /*gradient_scale=*/0.5);
    }
  }
}

TEST(Sgd, KeepsNoStateWithoutMomentum) {
  const test::ParameterSet set(test::optimizer_fixtures()["sgd"][0], test::precisions()[0]);
  EXPECT_TRUE(Sgd(set.parameters(), {.momentum = 0}).state().empty());
  EXPECT_EQ(Sgd(set.parameters(), {.momentum = 0.9}).state().size(), set.parameters().size());
}

}  // namespace
}  // namespace slm::optim
