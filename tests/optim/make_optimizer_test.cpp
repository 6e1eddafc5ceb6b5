#include "slm/optim/make_optimizer.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"

namespace slm::optim {
namespace {

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
