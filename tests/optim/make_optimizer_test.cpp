#include "slm/optim/make_optimizer.h"

#include <gtest/gtest.h>

#include "optim/optimizer_fixture.h"
#include "slm/core/error.h"

namespace slm::optim {
namespace {

TEST(MakeOptimizer, PredictsTheStateThatEachOptimizerHolds) {
  test::ParameterSet set;
  set.add("matrix", Tensor::zeros({30, 4}, DType::kFloat32));
  set.add("bias", Tensor::zeros({4}, DType::kFloat32));
  for (const OptimizerKind kind : {OptimizerKind::kAdamW, OptimizerKind::kSgd, OptimizerKind::kMuon}) {
    int64_t size = 0;
    for (const StateTensor& state : make_optimizer({.kind = kind}, set.parameters())->state()) {
      size += state.tensor.size_bytes();
    }
    EXPECT_EQ(state_size_bytes(kind, set.parameters()), size) << name(kind);
  }
}

TEST(MakeOptimizer, NamesRoundTripAndUnknownOnesAreRefused) {
  for (const char* text : {"adamw", "sgd", "muon"}) EXPECT_EQ(name(parse_optimizer(text)), text);
  try {
    parse_optimizer("adam");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--optimizer: got 'adam', expected adamw, sgd or muon");
  }
}

}  // namespace
}  // namespace slm::optim
