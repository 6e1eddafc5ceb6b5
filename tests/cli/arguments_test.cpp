#include "slm/cli/arguments.h"

#include <gtest/gtest.h>

#include "cli/run_slm.h"
#include "slm/core/error.h"

namespace slm::cli {
namespace {

TEST(Arguments, PresetThenFileThenCommandLine) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write(
      "run.json", R"({"batch_size": 8, "qk_norm": true, "data": "a b", "stop": ["x", "y"], "val_data": null})");
  const Arguments given = {"--config=" + path, "--preset=openwebtext", "--batch_size=9"};
  Arguments want = {"--batch_size=8", "--data=a b", "--qk_norm=true", "--stop=x", "--stop=y"};
  want.insert(want.end(), given.begin(), given.end());
  const Arguments got = with_preset_and_config(given);
  ASSERT_GT(got.size(), want.size());
  EXPECT_EQ(Arguments(got.end() - static_cast<std::ptrdiff_t>(want.size()), got.end()), want);
  EXPECT_EQ(got[0], "--vocab_size=30522");
}

TEST(Arguments, AnEmptyTextOfAFileDoesNotSwallowTheNextOption) {
  EXPECT_EQ(with_separate_empty_values(arguments_from_json(R"({"val-data": "", "val_fraction": 0.1})", "x.json")),
            (Arguments{"--val_data", "", "--val_fraction=0.1"}));
}

TEST(Arguments, AConfigurationThatIsNoObjectOfPlainValuesIsRefused) {
  EXPECT_THROW(arguments_from_json("[1, 2]", "x.json"), FormatError);
  EXPECT_THROW(arguments_from_json("{\"a\": ", "x.json"), FormatError);
  EXPECT_THROW(arguments_from_json("{\"a\": {\"b\": 1}}", "x.json"), FormatError);
  EXPECT_THROW(with_preset_and_config({"--config=/nowhere/run.json"}), IoError);
}

}  // namespace
}  // namespace slm::cli
