#include "slm/cli/nearest_name.h"

#include <gtest/gtest.h>

namespace slm::cli {
namespace {

TEST(NearestName, FindsTheFewestEditsAndNothingFarAway) {
  const std::vector<std::string> names = {"batch_size", "max_steps", "max_seq_len", "seed"};
  EXPECT_EQ(nearest_name("bach_size", names), "batch_size");
  EXPECT_EQ(nearest_name("max_step", names), "max_steps");
  EXPECT_EQ(nearest_name("sede", names), "seed");
  EXPECT_EQ(nearest_name("temperature", names), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace slm::cli
