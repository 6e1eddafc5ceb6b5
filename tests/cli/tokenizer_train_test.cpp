#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/run_slm.h"

namespace slm::test {
namespace {

const std::string kText = "the cat sat on the mat\nthe dog sat on the log\nthe cat and the dog\n";

class TokenizerTrain : public testing::Test {
 protected:
  ProgramResult train(std::vector<std::string> arguments, const RunOptions& options = {}) const {
    arguments.insert(arguments.begin(), {"tokenizer", "train"});
    arguments.insert(arguments.end(), {"--out", out_});
    return run_slm(arguments, options);
  }
  std::string trained(const std::vector<std::string>& arguments, const RunOptions& options = {}) const {
    const ProgramResult result = train(arguments, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.exit_code == 0 ? read_text(out_) : "";
  }
  // A failed run leaves nothing, also beside the output.
  void expect_nothing_left() const {
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path("out")))
        << *std::filesystem::directory_iterator(folder_.path("out"));
  }

  void SetUp() override { std::filesystem::create_directory(folder_.path("out")); }

  TemporaryFolder folder_;
  std::string out_ = folder_.path("out") + "/tokenizer.json";
};

TEST_F(TokenizerTrain, ReadsTheSameTextFromFilesFoldersJsonLinesAndStandardInput) {
  const std::string text = folder_.write("corpus.txt", kText);
  const std::string jsonl =
      folder_.write("corpus.jsonl", R"({"body": {"text": "the cat sat on the mat\nthe dog sat on the log\n"}}
{"body": {"text": "the cat and the dog\n"}, "other": [1, "{"]}
)");
  std::filesystem::create_directory(folder_.path("docs"));
  folder_.write("docs/b.txt", kText.substr(0, 23));
  folder_.write("docs/a.md", kText.substr(23));
  const std::string expected = trained({text, "--vocab_size", "270"});
  EXPECT_EQ(trained({jsonl, "--text_column", "body.text", "--vocab_size", "270"}), expected);
  EXPECT_EQ(trained({folder_.path("docs"), "--vocab_size", "270"}), expected);
  RunOptions piped;
  piped.input = kText;
  EXPECT_EQ(trained({"-", "--vocab_size", "270"}, piped), expected);
}

TEST_F(TokenizerTrain, EveryTypeIsTheSameWithOneThreadAndThree) {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += kText.substr(static_cast<size_t>(i) % 40) + std::to_string(i * i) + " naïve 日本\n";
  const std::string corpus = folder_.write("corpus.txt", text);
  for (const std::string type : {"bpe", "wordpiece", "unigram", "char", "byte"}) {
    const std::vector<std::string> arguments = {corpus, "--type", type, "--vocab_size", "400"};
    const auto with_threads = [&](const std::string& count) {
      std::vector<std::string> all = arguments;
      all.insert(all.end(), {"--threads", count, "--max_memory", "32M"});
      return all;
    };
    const std::string one = trained(with_threads("1"));
    EXPECT_EQ(trained(with_threads("3")), one);
    EXPECT_NE(one, "");
  }
}

TEST_F(TokenizerTrain, UnigramDecodesWhatItEncodes) {
  const std::string text = folder_.write("corpus.txt", kText);
  trained({text, "--type", "unigram", "--vocab_size", "40", "--special_tokens", "<pad>,<unk>"});
  RunOptions piped;
  piped.input = "the log sat\non the cat";
  const ProgramResult encoded = run_slm({"tokenizer", "encode", "--tokenizer", out_, "--json"}, piped);
  const nlohmann::json result = only_json_of(encoded);
  EXPECT_EQ(std::count(result["ids"].begin(), result["ids"].end(), 1), 0);
  std::string ids;
  for (const auto& id : result["ids"]) ids += std::to_string(id.get<int>()) + " ";
  piped.input = ids + "\n";
  EXPECT_EQ(run_slm({"tokenizer", "decode", "--tokenizer", out_}, piped).out, "the log sat\non the cat\n");
}

TEST_F(TokenizerTrain, SaysInOneLineWhatIsWrongAndLeavesNothing) {
  const std::string text = folder_.write("corpus.txt", kText);
  const std::string empty = folder_.write("empty.txt", "");
  std::string bytes;
  for (int64_t i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * i / 7 % 256);
  const std::string binary = folder_.write("binary.txt", bytes);
  struct Case {
    std::vector<std::string> arguments;
    int exit_code;
    std::string error;
  };
  const std::string missing = folder_.path("missing.txt");
  std::vector<Case> cases = {
      {{empty}, 1, "[tokenizer training] the texts have no words to learn from"},
      {{missing}, 1, missing + ": cannot "},
      {{binary}, 1, binary + ": this is not text: "},
      {{text, "--type", "unigram", "--vocab_size", "5"},
       1,
       "[Unigram trainer] there is room for 4 pieces beside the special tokens, but the alphabet has 14 characters: "
       "ask "
       "for a larger vocabulary, or limit the alphabet"},
      {{text, "--max_memory", "1M"}, 2, "--max_memory: got '1M', expected at least 32M, as in 500M or 8G"},
      {{text, "--max_memory", "lots"}, 2, "--max_memory: got 'lots', expected at least 32M, as in 500M or 8G"},
      {{text, "--type", "unigram", "--special_tokens", "<s>"},
       2,
       "a Unigram tokenizer needs <unk> among its special tokens"},
  };
  for (const auto& [type, option, value] : std::vector<std::array<std::string, 3>>{{"bpe", "limit_alphabet", "5"},
                                                                                   {"wordpiece", "pattern", "cl100k"},
                                                                                   {"unigram", "pattern", "gpt2"},
                                                                                   {"unigram", "min_frequency", "2"},
                                                                                   {"char", "max_token_length", "3"},
                                                                                   {"byte", "lowercase", "true"}}) {
    cases.push_back(
        {{text, "--type", type, "--" + option}, 2, "--" + option + " means nothing to --type " + type + ", "});
    if (option != "lowercase") cases.back().arguments.push_back(value);
  }
  for (const Case& each : cases) {
    const ProgramResult result = train(each.arguments);
    EXPECT_EQ(result.exit_code, each.exit_code) << each.error;
    EXPECT_TRUE(result.err.starts_with("slm: error: " + each.error)) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
    expect_nothing_left();
  }
}

TEST_F(TokenizerTrain, ADocumentSeparatorIsNoTextUnlessItIsTurnedOff) {
  const std::string text = folder_.write("corpus.txt", "x<|endoftext|>y x<|endoftext|>y x<|endoftext|>y\n");
  EXPECT_EQ(trained({text, "--vocab_size", "300"}).find("endoftext"), std::string::npos);
  EXPECT_NE(trained({text, "--vocab_size", "300", "--document_separator", ""}).find("endoftext"), std::string::npos);
}

TEST_F(TokenizerTrain, ALongLineIsText) {
  const std::string line = folder_.write("line.txt", std::string(9'000'000, 'a') + " b");
  trained({line, "--vocab_size", "300"});
}

TEST_F(TokenizerTrain, AFullDiskLeavesNothing) {
  const std::string text = folder_.write("corpus.txt", kText);
  RunOptions full;
  full.max_file_size_bytes = 1000;
  const ProgramResult result = train({text, "--vocab_size", "270"}, full);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "slm: error: " + out_ +
                            ": cannot write: File too large; the file system or a limit of this "
                            "process (ulimit -f) allows no larger file\n");
  expect_nothing_left();
}

TEST_F(TokenizerTrain, AnInterruptLeavesNothing) {
  std::string text;
  for (int i = 0; i < 2'000'000; ++i) text += std::to_string(i * 7919LL % 1'000'003) + (i % 10 == 0 ? "\n" : " ");
  const std::string corpus = folder_.write("corpus.txt", text);
  RunOptions interrupted;
  interrupted.signal = SIGINT;
  const auto start = std::chrono::steady_clock::now();
  interrupted.signal_when = [&](const std::string&, const std::string&) {
    return std::chrono::steady_clock::now() - start > std::chrono::milliseconds(200);
  };
  const ProgramResult result = train({corpus, "--vocab_size", "100000"}, interrupted);
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_EQ(result.out, "");
  expect_nothing_left();
}

}  // namespace
}  // namespace slm::test
