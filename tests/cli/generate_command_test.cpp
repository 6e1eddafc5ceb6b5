#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

class GenerateCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() { model_ = new LettersModel; }
  static void TearDownTestSuite() {
    delete model_;
    model_ = nullptr;
  }

  static ProgramResult generate(const std::vector<std::string>& more, const RunOptions& options = {}) {
    std::vector<std::string> arguments = {"generate", "--model", model_->path(), "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_slm(arguments, options);
  }

  // The first sample's text, greedy, six tokens.
  static std::string greedy_text(std::vector<std::string> more, const RunOptions& options = {}) {
    more.insert(more.end(), {"--temperature", "0", "--max_new_tokens", "6", "--json"});
    const ProgramResult result = generate(more, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return only_json_of(result)["samples"][0]["text"];
  }

  inline static const LettersModel* model_ = nullptr;
};

TEST_F(GenerateCommand, JsonHasTheSamplesAndTheSpeedsAndNothingElse) {
  const ProgramResult result =
      generate({"--prompt", "ab", "--temperature", "0", "--max_new_tokens", "6", "--num_samples", "2", "--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  const nlohmann::json object = only_json_of(result);
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  EXPECT_EQ(keys, (std::set<std::string>{"decode_tokens_per_s", "prefill_tokens_per_s", "samples"}));
  EXPECT_GT(object["prefill_tokens_per_s"].get<double>(), 0);
  EXPECT_GT(object["decode_tokens_per_s"].get<double>(), 0);
  const nlohmann::json sample = {
      {"text", "cdeabc"}, {"ids", std::vector<int>{2, 3, 4, 0, 1, 2}}, {"finish_reason", "length"}};
  EXPECT_EQ(object["samples"], nlohmann::json::array({sample, sample}));
}

TEST_F(GenerateCommand, StreamsThePromptAndWhatFollows) {
  const ProgramResult result = generate({"--prompt", "ab", "--temperature", "0", "--max_new_tokens", "6"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "abcdeabc\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(GenerateCommand, TheTextEndsBeforeTheFirstStopString) {
  const ProgramResult result =
      generate({"--prompt", "ab", "--temperature", "0", "--stop", "zzz", "--stop", "ea", "--stop", "bc", "--json"});
  const nlohmann::json sample = only_json_of(result)["samples"][0];
  EXPECT_EQ(sample["text"], "cd");
  EXPECT_EQ(sample["ids"], nlohmann::json(std::vector<int>{2, 3}));
  EXPECT_EQ(sample["finish_reason"], "stop");
}

TEST_F(GenerateCommand, AStopStringOfHyphensIsAValue) {
  EXPECT_EQ(greedy_text({"--prompt", "ab", "--stop", "---"}), "cdeabc");
  EXPECT_EQ(greedy_text({"--prompt", "ab", "--stop", "--ea", "--stop", "--max-new-tokens"}), "cdeabc");
}

TEST_F(GenerateCommand, APromptThatBeginsWithHyphensStaysAsItIs) {
  const TemporaryFolder folder;
  const std::string text = folder.write("text.txt", [] {
    std::string dogs;
    for (int i = 0; i < 100; ++i) dogs += "--lazy-dog ";
    return dogs;
  }());
  const std::string model_dir = folder.path("model");
  ASSERT_EQ(run_slm(tiny_run(model_dir, {"--data", text, "--vocab_size", "20"})).exit_code, 0);
  const ProgramResult result =
      run_slm({"generate", "--model", model_dir, "--prompt", "--lazy-dog", "--max-new-tokens", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("--lazy-dog")) << result.out;
}

TEST_F(GenerateCommand, ThePromptComesFromArgumentFileOrStandardInput) {
  const std::string file = model_->folder().write("prompt.txt", "eabc");
  EXPECT_EQ(greedy_text({"--prompt", "eabc"}), "deabcd");
  EXPECT_EQ(greedy_text({"--prompt_file", file}), "deabcd");
  RunOptions options;
  options.input = "eabc";
  EXPECT_EQ(greedy_text({"--prompt", "-"}, options), "deabcd");
  expect_error(generate({"--prompt", "a", "--prompt_file", file}), 2, {"--prompt and --prompt_file"});
  expect_error(generate({"--prompt_file", "nowhere.txt"}), 1, {"nowhere.txt", "No such file"});
}

TEST_F(GenerateCommand, TheSeedFixesTheText) {
  const auto text = [](const std::string& seed, const std::string& num_samples) {
    const ProgramResult result = generate({"--prompt", "a", "--temperature", "5", "--max_new_tokens", "40", "--seed",
                                           seed, "--num_samples", num_samples, "--json"});
    return only_json_of(result)["samples"][0]["text"].get<std::string>();
  };
  EXPECT_EQ(text("1", "1"), text("1", "1"));
  EXPECT_EQ(text("1", "1"), text("1", "3")) << "a sample is the same whatever comes with it";
  EXPECT_NE(text("1", "1"), text("2", "1"));
}

TEST_F(GenerateCommand, APromptLongerThanTheModelsPositionsSlidesAndSaysSo) {
  const ProgramResult result =
      generate({"--prompt", "abcdeabcdeabcdeabcdeabcde", "--temperature", "0", "--max_new_tokens", "3"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out.substr(0, 25), "abcdeabcdeabcdeabcdeabcde");
  EXPECT_EQ(result.out.size(), 29U);
  EXPECT_NE(result.err.find("25 tokens"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("only the last 16 are read"), std::string::npos) << result.err;
}

TEST_F(GenerateCommand, PromptsThatTheVocabularyCannotSpellAreRefused) {
  expect_error(generate({"--prompt", "abX"}), 1, {"byte 2", "'X'"});
  expect_error(generate({"--prompt", "ab\xff"}), 1, {"byte 2"});
  expect_error(generate({"--prompt", ""}), 1, {"the prompt is empty"});
  expect_error(generate({"--prompt="}), 1, {"the prompt is empty"});
  expect_error(generate({}), 1, {"the prompt is empty"});
}

TEST_F(GenerateCommand, AModelFolderThatIsMissingOrForeignIsNamed) {
  expect_error(run_slm({"generate", "--prompt", "a"}), 2, {"--model is required"});
  expect_error(run_slm({"generate", "--model", "nowhere", "--prompt", "a"}), 1, {"nowhere", "No such file"});
  const TemporaryFolder empty;
  expect_error(run_slm({"generate", "--model", empty.path(), "--prompt", "a"}), 1, {empty.path(), "config.json"});
}

TEST(GenerateCommandWithoutText, TakesAndGivesTokenIds) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  const auto generate = [&](const std::string& prompt, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"generate", "--model", model_dir, "--prompt", prompt, "--max_new_tokens", "3"});
    return run_slm(more);
  };
  const nlohmann::json sample = only_json_of(generate("1 2\n49", {"--json"}))["samples"][0];
  EXPECT_EQ(sample["text"], "");
  EXPECT_EQ(sample["ids"].size(), 3U);
  for (const std::string bad : {"", "1 50", "-1", "1 x", "99999999999999999999"}) {
    const ProgramResult result = generate(bad);
    EXPECT_EQ(result.exit_code, 1) << bad;
    EXPECT_NE(result.err.find("no tokenizer"), std::string::npos) << result.err;
  }
  const ProgramResult stopped = generate("1", {"--stop", "x"});
  EXPECT_EQ(stopped.exit_code, 1);
  EXPECT_NE(stopped.err.find("stop strings need text"), std::string::npos) << stopped.err;
}

}  // namespace
}  // namespace slm::test
