#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

namespace fs = std::filesystem;

TEST(TrainCommand, WithNoOptionTrainsOnDummyDataAndLeavesEveryFile) {
  const TemporaryFolder folder;
  RunOptions here;
  here.working_directory = folder.path();
  const ProgramResult result = run_slm({"train", "--max_steps", "2"}, here);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("\nEpoch 1, Batch 0, Loss: "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("\nEpoch 1/1, Loss: "), std::string::npos) << result.out;
  for (const std::string name :
       {"small_language_model.pt", "config.json", "metrics.jsonl", "logs", "checkpoints/best/DONE",
        "checkpoints/step-00000002/model.safetensors", "checkpoints/step-00000002/optimizer.safetensors",
        "checkpoints/step-00000002/train_state.json", "checkpoints/step-00000002/DONE"}) {
    EXPECT_TRUE(fs::exists(folder.path(name))) << name;
  }
  const auto config = nlohmann::json::parse(read_text(folder.path("config.json")));
  const nlohmann::json defaults = {
      {"vocab_size", 10000}, {"embed_dim", 128},      {"num_heads", 4}, {"num_layers", 2}, {"hidden_dim", 512},
      {"max_seq_len", 128},  {"batch_size", 32},      {"epochs", 5},    {"seed", 42},      {"family", "classic"},
      {"data", "dummy"},     {"learning_rate", 1e-3}, {"max_steps", 2}};
  for (const auto& [key, value] : defaults.items()) EXPECT_EQ(config[key], value) << key;
}

TEST(TrainCommand, EveryKeyOfItsConfigurationIsAnOption) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_slm(tiny_run(folder.path("a"))).exit_code, 0);
  const ProgramResult again = run_slm(
      {"train", "--config", folder.path("a/config.json"), "--model_dir", folder.path("b"), "--batch_size", "3"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  auto first = nlohmann::json::parse(read_text(folder.path("a/config.json")));
  const auto second = nlohmann::json::parse(read_text(folder.path("b/config.json")));
  first["batch_size"] = 3;
  EXPECT_EQ(first, second) << "the file, and what the command line overrides";
}

TEST(TrainCommand, RefusesAConfigurationItDoesNotUnderstand) {
  const TemporaryFolder folder;
  const ProgramResult unknown =
      run_slm(tiny_run(folder.path("m"), {"--config", folder.write("run.json", R"({"bach_size": 4})")}));
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("'--bach_size': did you mean '--batch_size'?"), std::string::npos) << unknown.err;
  const std::string broken = folder.write("broken.json", "{");
  const ProgramResult damaged = run_slm(tiny_run(folder.path("m"), {"--config", broken}));
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_NE(damaged.err.find(broken), std::string::npos) << damaged.err;
  EXPECT_FALSE(fs::exists(folder.path("m")));
}

TEST(TrainCommand, ATextsTokenizerSetsTheVocabularyUnlessItIsTooSmall) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "some words, ";
  const std::string path = folder.write("text.txt", text);
  const std::vector<std::string> sizes = {"--embed_dim", "16", "--num_layers", "1", "--max_seq_len", "16",
                                          "--max_steps", "1",  "--data",       path};
  const auto train = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "--model_dir", folder.path(name)});
    more.insert(more.end(), sizes.begin(), sizes.end());
    return run_slm(more);
  };
  ASSERT_EQ(train("char", {}).exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(read_text(folder.path("char/config.json")))["vocab_size"], 9);
  ASSERT_EQ(train("file", {"--tokenizer", folder.path("char/tokenizer.json")}).exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(read_text(folder.path("file/config.json")))["vocab_size"], 9);
  ASSERT_EQ(train("byte", {"--tokenizer", "byte"}).exit_code, 0);
  EXPECT_GE(nlohmann::json::parse(read_text(folder.path("byte/config.json")))["vocab_size"], 256);
  const ProgramResult small = train("small", {"--vocab_size", "5"});
  EXPECT_EQ(small.exit_code, 1);
  EXPECT_NE(small.err.find("has 9 tokens, more than --vocab_size 5"), std::string::npos) << small.err;
  EXPECT_FALSE(fs::exists(folder.path("small")));
}

TEST(TrainCommand, ThePresetsTokenizerIsForTextOnly) {
  const TemporaryFolder folder;
  const auto train = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"--preset", "openwebtext"});
    RunOptions here;
    here.working_directory = folder.path();
    return run_slm(tiny_run(folder.path(name), more), here);
  };
  const std::string tokens = folder.write("tokens.bin", std::string(4000, '\1'));
  EXPECT_EQ(train("tokens", {"--data", tokens, "--vocab_size", "258"}).exit_code, 0);
  const std::string text = folder.write("text.txt", std::string(4000, 'a'));
  expect_error(train("text", {"--data", text}), 1, {text, "'bert-base-uncased'", "--tokenizer"});
  folder.write("bert-base-uncased/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\n");
  EXPECT_EQ(train("text", {"--data", text}).exit_code, 1) << "one long word: too short";
  const std::string words = folder.write("words.txt", [] {
    std::string many;
    for (int i = 0; i < 500; ++i) many += "a aa ";
    return many;
  }());
  const ProgramResult result = train("text", {"--data", words});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(read_text(folder.path("text/tokenizer.json")).find("WordPiece"), std::string::npos);
}

TEST(TrainCommand, ASamplePromptThatCannotBeSpelledIsFoundBeforeTraining) {
  const TemporaryFolder folder;
  const std::string text = folder.write("text.txt", std::string(4000, 'a')), model_dir = folder.path("m");
  const std::vector<std::string> sampling = {"--data", text, "--sample_every", "2", "--sample_prompt", "aX"};
  expect_error(run_slm(tiny_run(model_dir, sampling)), 1, {"--sample_prompt: ", "byte 1", "'X'"});
  expect_error(run_slm(tiny_run(model_dir, {"--data", text, "--sample_every", "2"})), 1,
               {"--sample_prompt: ", "the prompt is empty"});
  EXPECT_FALSE(fs::exists(model_dir));
  const ProgramResult without_text = run_slm(tiny_run(model_dir, {"--sample_every", "2"}));
  EXPECT_EQ(without_text.exit_code, 0);
  EXPECT_EQ(without_text.err,
            "slm: warning: --sample_every: there is no text without a tokenizer, so no samples are shown\n");
}

TEST(TrainCommand, SampleTextsEndWhereTheTextsOfTheDataEnd) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("texts"));
  for (int i = 0; i < 200; ++i) folder.write("texts/" + std::to_string(i) + ".txt", "a b c");
  const std::string vocabulary = folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n");
  const ProgramResult result =
      run_slm(tiny_run(folder.path("m"), {"--data", folder.path("texts"), "--tokenizer", vocabulary, "--vocab_size",
                                          "300", "--max_steps", "60", "--learning_rate", "0.03", "--sample_every", "60",
                                          "--sample_prompt", "a", "--quiet=false"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string before = "--- sample after step 60 ---\n";
  const size_t begin = result.out.find(before);
  ASSERT_NE(begin, std::string::npos) << result.out;
  const size_t length = result.out.find("\n---\n", begin) - begin - before.size();
  EXPECT_LT(length, 30U) << "a few letters, not 200 tokens: " << result.out;
}

TEST(TrainCommand, QuietPrintsNothingWhenAllIsWell) {
  const TemporaryFolder folder;
  const ProgramResult result = run_slm(tiny_run(folder.path("m"), {"--quiet"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "");
}

TEST(TrainCommand, NamesTheOperationAndTheParameterOfALossThatIsNoNumber) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("m");
  const ProgramResult result = run_slm(
      tiny_run(model_dir, {"--optimizer", "sgd", "--learning_rate", "1e5", "--weight_decay", "100", "--grad_clip", "0",
                           "--max_steps", "40", "--save_every", "1", "--keep_last", "100"}));
  EXPECT_EQ(result.exit_code, 1) << result.err;
  const size_t at = result.err.find("slm: error: [");
  ASSERT_NE(at, std::string::npos) << result.err;
  const std::string line = result.err.substr(at);
  EXPECT_NE(line.find("in 'transformer_encoder.layers.0."), std::string::npos) << line;
  EXPECT_NE(line.find("learning_rate"), std::string::npos) << line;
  EXPECT_NE(result.err.find("slm: warning: step "), std::string::npos) << result.err;
  EXPECT_FALSE(fs::exists(model_dir + "/small_language_model.pt"));
  EXPECT_TRUE(fs::exists(model_dir + "/checkpoints/step-00000001/DONE")) << "the last good checkpoint stays";
}

}  // namespace
}  // namespace slm::test
