#include "slm/optim/muon.h"

#include <gtest/gtest.h>

#include "optim/optimizer_fixture.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::optim {
namespace {

MuonOptions options_of(const nlohmann::json& options) {
  return {.momentum = options["momentum"],
          .matrix_learning_rate_factor = 1,
          .adamw = {.weight_decay = options["weight_decay"]}};
}

TEST(Muon, DoesTheStepsOfThePublishedAlgorithm) {
  for (const auto& fixture : test::optimizer_fixtures()["muon"]) {
    for (test::Precision precision : test::precisions()) {
      SCOPED_TRACE(fixture["options"].dump() + " " + precision.name());
      precision.limit *= 10;  // fifteen matrix products follow each other, and the iteration stretches small values
      const test::ParameterSet set(fixture, precision);
      Muon optimizer(set.parameters(), options_of(fixture["options"]));
      test::expect_same_as_fixture(fixture, set, optimizer, precision, /*gradient_scale=*/0.5);
    }
  }
}

TEST(Muon, UpdatesEachMatrixThatAParameterFusesAsIfItStoodAlone) {
  const Tensor master = test::normal_inputs({20, 6}, DType::kFloat32, 1);
  const Tensor gradient = test::normal_inputs({20, 6}, DType::kFloat32, 2);
  test::ParameterSet fused, apart;
  nn::Parameter* whole = fused.add("qkv", master.clone(), /*has_copy=*/true);
  whole->parts = {{.name = "q", .row_begin = 0, .num_rows = 10},
                  {.name = "k", .row_begin = 10, .num_rows = 5},
                  {.name = "v", .row_begin = 15, .num_rows = 5}};
  test::set_gradient(*whole, gradient);
  for (const nn::ParameterPart& part : whole->parts) {
    nn::Parameter* alone = apart.add(part.name, master.slice(part.row_begin, part.num_rows).clone());
    test::set_gradient(*alone, gradient.slice(part.row_begin, part.num_rows));
  }
  Muon(fused.parameters(), {}).step({.learning_rate = 1e-3});
  Muon(apart.parameters(), {}).step({.learning_rate = 1e-3});
  for (size_t i = 0; i < whole->parts.size(); ++i) {
    const nn::ParameterPart& part = whole->parts[i];
    const Tensor rows = whole->master.slice(part.row_begin, part.num_rows);
    EXPECT_TRUE(test::close(rows, apart[i].master, 4 * epsilon(DType::kFloat32))) << part.name;
  }
  EXPECT_TRUE(test::same_bits(whole->variable.value(), whole->master.to(DType::kBFloat16)));
}

TEST(Muon, LeavesEverythingButHiddenMatricesToAdamW) {
  const auto& fixture = test::optimizer_fixtures()["adamw"][0];
  const auto& options = fixture["options"];
  const test::Precision precision = test::precisions()[0];
  const test::ParameterSet set(fixture, precision);
  for (nn::Parameter* parameter : set.parameters()) parameter->is_hidden_matrix = false;
  Muon optimizer(set.parameters(),
                 {.adamw = {options["beta1"], options["beta2"], options["eps"], options["weight_decay"]}});
  test::expect_same_as_fixture(fixture, set, optimizer, precision);
}

TEST(Muon, NamesAllItsState) {
  test::ParameterSet set;
  set.add("matrix", test::normal_inputs({3, 4}, DType::kFloat32, 1));
  set.add("bias", test::normal_inputs({4}, DType::kFloat32, 1));
  std::vector<std::string> names;
  for (const StateTensor& tensor : Muon(set.parameters(), {}).state()) names.push_back(tensor.name);
  EXPECT_EQ(names, (std::vector<std::string>{"matrix.momentum_buffer", "bias.exp_avg", "bias.exp_avg_sq"}));
}

}  // namespace
}  // namespace slm::optim
