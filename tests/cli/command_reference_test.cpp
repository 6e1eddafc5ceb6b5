#include <gtest/gtest.h>

#include "cli/run_slm.h"
#include "slm/cli/program.h"

namespace slm::cli {
namespace {

TEST(CommandReference, IsWhatThePageSays) {
  EXPECT_EQ(command_reference(), test::read_text(std::string(SLM_SOURCE_DIR) + "/docs/cli.md"))
      << "run scripts/update-cli-reference";
}

}  // namespace
}  // namespace slm::cli
