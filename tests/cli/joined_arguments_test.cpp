#include "slm/cli/joined_arguments.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"

namespace slm::cli {
namespace {

using TakesValue = OptionTable::TakesValue;

Arguments joined(const Arguments& arguments) {
  return joined_arguments(arguments, {{"", "batch_size", "N", "32", ""},
                                      {"", "sample_prompt", "TEXT", "", ""},
                                      {"", "stop", "TEXT", "", ""},
                                      {"", "resume", "[TEXT]", "", "", TakesValue::kMaybe},
                                      {"", "qk_norm", "", "", "", TakesValue::kNever},
                                      {"", "PATH", "", "", "", TakesValue::kNever, /*is_positional=*/true}});
}

TEST(JoinedArguments, NamesOfOptionsLoseTheirHyphensAndEverythingElseKeepsThem) {
  EXPECT_EQ(joined({"--batch-size", "8", "--batch-size=a-b", "-x", "a-b", "--no-such", "--PATH", "--", "--qk-norm"}),
            (Arguments{"--batch_size=8", "--batch_size=a-b", "-x", "a-b", "--no-such", "--PATH", "--", "--qk-norm"}));
}

TEST(JoinedArguments, AValueMayBeginWithHyphensOrBeAnOptionsName) {
  EXPECT_EQ(joined({"--sample-prompt", "--lazy-dog", "--stop", "--a-b", "--stop", "--batch-size", "--stop", "--"}),
            (Arguments{"--sample_prompt=--lazy-dog", "--stop=--a-b", "--stop=--batch-size", "--stop=--"}));
  EXPECT_EQ(joined({"--stop", "", "--stop", "a=b"}), (Arguments{"--stop=", "--stop=a=b"}));
}

TEST(JoinedArguments, AnOptionalValueDoesNotBeginWithAHyphenAndAFlagHasNone) {
  EXPECT_EQ(joined({"--resume", "latest", "--resume", "--qk-norm", "runs", "--qk-norm=false", "--resume"}),
            (Arguments{"--resume=latest", "--resume", "--qk_norm", "runs", "--qk_norm=false", "--resume"}));
}

TEST(JoinedArguments, AMissingValueIsAnError) {
  try {
    joined({"--batch-size"});
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--batch_size: needs a value, as in --batch_size N");
  }
}

}  // namespace
}  // namespace slm::cli
