#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"
#include "slm/formats/named_tensor.h"
#include "slm/formats/torch_archive.h"
#include "support/sanitizer.h"

namespace slm::test {
namespace {

namespace fs = std::filesystem;

// And no model under its final name.
void expect_failure(const ProgramResult& result, int exit_code, const std::vector<std::string>& parts,
                    const std::string& model_dir) {
  expect_error(result, exit_code, parts);
  EXPECT_FALSE(fs::exists(model_dir)) << "a start that fails leaves nothing";
}

struct BadText {
  std::string name, content;
  std::string problem;  // what the line says of the file
  std::vector<std::string> options;
};

TEST(TrainFaults, TextThatCannotBeTrainedOnIsNamedWithWhatToDo) {
  const std::string sentence = "The quick brown fox jumps over the lazy dog. ";
  std::string text;
  for (int i = 0; i < 40; ++i) text += sentence;
  const std::vector<BadText> cases = {
      {"empty", "", "the file is empty, expected text; name a file that has some", {}},
      {"one",
       "a",
       "1 token is shorter than one sequence: max_seq_len 16 needs 17; use a smaller --max_seq_len or more data",
       {}},
      {"short",
       "too short",
       "9 tokens are shorter than one sequence: max_seq_len 16 needs 17; use a smaller --max_seq_len or more data",
       {}},
      {"short_validation",
       text,
       "--val_fraction 0.0001 of 1800 tokens leaves 1 to validate on, expected at least 2; use a larger "
       "--val_fraction, "
       "or --val_fraction 0 for no validation",
       {"--val_fraction", "0.0001"}},
      {"invalid",
       text + "\xff\xfe" + text,
       "byte 1800: 0xFF is not UTF-8 here: convert the text to UTF-8, or train on its bytes with --tokenizer byte",
       {}},
  };
  const TemporaryFolder folder;
  for (const BadText& bad : cases) {
    SCOPED_TRACE(bad.name);
    const std::string path = folder.write(bad.name + ".txt", bad.content), model_dir = folder.path("model-" + bad.name);
    std::vector<std::string> more = {"--data", path, "--tokenizer", "char"};
    more.insert(more.end(), bad.options.begin(), bad.options.end());
    const ProgramResult result = run_slm(tiny_run(model_dir, more));
    expect_failure(result, 1, {}, model_dir);
    EXPECT_EQ(result.err, "slm: error: " + path + ": " + bad.problem + "\n");
  }
}

TEST(TrainFaults, MissingDataIsNamed) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  expect_failure(run_slm(tiny_run(model_dir, {"--data", folder.path("nowhere.txt"), "--tokenizer", "char"})), 1,
                 {"nowhere.txt", "No such file"}, model_dir);
}

TEST(TrainFaults, EmptyAndTruncatedTokensAreNamedWithWhatToDo) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  const auto expect_line = [&](const std::string& name, const std::string& content, const std::string& problem) {
    const std::string path = folder.write(name, content);
    const ProgramResult result = run_slm(tiny_run(model_dir, {"--data", path}));
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err, "slm: error: " + path + ": " + problem + "\n");
    EXPECT_FALSE(fs::exists(model_dir));
  };
  expect_line("empty.pt", "",
              "the file is empty, expected token ids (.pt or .safetensors): truncated copy? copy it again");
  expect_line("empty.bin", "", "the file is empty, expected tokens: truncated copy? copy it again");
  expect_line("odd.bin", "abc",
              "the file has 3 bytes: without llm.c's header its tokens are uint16, an even number of bytes: truncated "
              "copy? copy it again");
}

TEST(TrainFaults, TokensOutsideTheVocabularyAreNamed) {
  const TemporaryFolder folder;
  std::string shard;  // header-less uint16 tokens, as nanoGPT writes them; token 700 at place 100
  for (int i = 0; i < 4000; ++i) {
    const int token = i == 100 ? 700 : i % 50;
    shard += static_cast<char>(token & 0xff);
    shard += static_cast<char>(token >> 8);
  }
  const std::string path = folder.write("tokens.bin", shard), model_dir = folder.path("model");
  expect_failure(run_slm(tiny_run(model_dir, {"--data", path})), 1, {"tokens.bin", "700", "vocab_size"}, model_dir);
}

TEST(TrainFaults, ATensorThatIsNoneOfTokenIdsIsRefused) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model"), path = folder.path("tokens.pt");
  const auto expect_refused = [&](const Tensor& tensor, const std::string& what) {
    formats::write_torch_archive(path, std::vector<formats::NamedTensor>{{"ids", tensor}});
    expect_failure(run_slm(tiny_run(model_dir, {"--data", path})), 1,
                   {"tokens.pt: holds a " + what, "int32 or int64 in one or two dimensions"}, model_dir);
  };
  expect_refused(Tensor::zeros({10, 20, 30}, DType::kInt64), "int64 tensor of shape (10, 20, 30)");
  expect_refused(Tensor::zeros({9000}, DType::kFloat32), "float32 tensor of shape (9000)");
  formats::write_torch_archive(path,
                               std::vector<formats::NamedTensor>{{"ids", Tensor::zeros({90, 100}, DType::kInt32)}});
  EXPECT_EQ(run_slm(tiny_run(model_dir, {"--data", path})).exit_code, 0);
}

TEST(TrainFaults, AModelThatCannotFitIsRefusedBeforeTraining) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  expect_failure(run_slm({"train", "--embed_dim", "65536", "--hidden_dim", "262144", "--num_layers", "100",
                          "--model_dir", model_dir}),
                 1, {"of memory (model ", "are available; use a smaller --batch_size"}, model_dir);
}

TEST(TrainFaults, AModelThatDoesNotFitTheProcesssLimitIsRefusedBeforeTraining) {
  if (kHasSanitizer) GTEST_SKIP() << "a sanitizer needs more address space than the limit";
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  RunOptions options;
  options.max_memory_bytes = int64_t{1} << 30;
  expect_failure(run_slm({"train", "--embed_dim", "1024", "--hidden_dim", "4096", "--num_layers", "8", "--threads", "1",
                          "--model_dir", model_dir},
                         options),
                 1, {"of memory (model ", "are available; use a smaller --batch_size"}, model_dir);
}

TEST(TrainFaults, AFolderThatHoldsARunIsNotOverwrittenUnasked) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  const std::string before = read_text(model_dir + "/small_language_model.pt");
  const ProgramResult second = run_slm(tiny_run(model_dir, {"--seed", "7"}));
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.err.find("--resume"), std::string::npos) << second.err;
  EXPECT_NE(second.err.find("--overwrite"), std::string::npos) << second.err;
  EXPECT_EQ(read_text(model_dir + "/small_language_model.pt"), before);
  EXPECT_EQ(run_slm(tiny_run(model_dir, {"--seed", "7", "--overwrite"})).exit_code, 0);
  EXPECT_NE(read_text(model_dir + "/small_language_model.pt"), before);
}

class Permissions : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_drop_privileges()) GTEST_SKIP() << "root may write everywhere here";
    options_.is_without_privileges = true;
  }
  TemporaryFolder folder_;
  RunOptions options_;
};

TEST_F(Permissions, AnUnwritableFolderIsNamed) {
  fs::create_directory(folder_.path("locked"));
  chmod(folder_.path("locked").c_str(), 0500);
  const std::string model_dir = folder_.path("locked/model");
  expect_failure(run_slm(tiny_run(model_dir), options_), 1, {"locked/model", "Permission denied"}, model_dir);
  const ProgramResult inside = run_slm(tiny_run(folder_.path("locked")), options_);
  EXPECT_EQ(inside.exit_code, 1);
  EXPECT_NE(inside.err.find("Permission denied; check the permissions"), std::string::npos) << inside.err;
  EXPECT_EQ(std::count(inside.err.begin(), inside.err.end(), '\n'), 1) << inside.err;
  EXPECT_TRUE(fs::is_empty(folder_.path("locked")));
}

TEST_F(Permissions, UnreadableFilesAreNamed) {
  const std::string model_dir = folder_.path("model"), text = folder_.write("secret.txt", std::string(4000, 'a'));
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  chmod(text.c_str(), 0);
  expect_failure(run_slm(tiny_run(folder_.path("new"), {"--data", text}), options_), 1, {text, "Permission denied"},
                 folder_.path("new"));
  const std::string model = model_dir + "/small_language_model.pt";
  chmod(model.c_str(), 0);
  for (const std::string command : {"eval", "generate", "info"}) {
    std::vector<std::string> arguments = {command, "--model", model_dir, "--threads", "1"};
    if (command == "generate") arguments.insert(arguments.end(), {"--prompt", "1"});
    if (command == "eval") arguments.insert(arguments.end(), {"--data", "dummy"});
    if (command == "info") arguments = {command, model};
    const ProgramResult result = run_slm(arguments, options_);
    EXPECT_EQ(result.exit_code, 1) << command;
    EXPECT_NE(result.err.find(model + ": cannot open: Permission denied"), std::string::npos) << result.err;
  }
}

TEST(TrainFaults, AFileInThePlaceOfTheModelFolderIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.write("model", "a file");
  const ProgramResult result = run_slm(tiny_run(path));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find(path), std::string::npos) << result.err;
  EXPECT_EQ(read_text(path), "a file");
}

TEST(TrainFaults, AFullDiskLeavesNoModelUnderItsFinalName) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  RunOptions options;
  options.max_file_size_bytes = 8000;  // the model needs more, the log of four steps less
  const ProgramResult result = run_slm(tiny_run(model_dir), options);
  expect_error(result, 1, {model_dir, "cannot write: File too large"});
  EXPECT_TRUE(fs::is_empty(model_dir + "/checkpoints"));
  for (const auto& entry : fs::recursive_directory_iterator(model_dir)) {
    const std::string name = entry.path().filename();
    EXPECT_EQ(name.find(".tmp"), std::string::npos) << entry.path();
    EXPECT_FALSE(name.ends_with(".pt") || name.ends_with(".safetensors")) << entry.path();
  }
}

TEST(TrainFaults, ADiskThatIsFullAtTheStartLeavesNoConfiguration) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 4000; ++i) {  // characters of two bytes, so that the tokenizer is larger than the configuration
    const int c = 0x100 + i % 1000;
    text += {static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3f))};
  }
  const std::string model_dir = folder.path("model"), data = folder.write("text.txt", text);
  RunOptions options;
  options.max_file_size_bytes = 4000;
  const auto run = [&] { return run_slm(tiny_run(model_dir, {"--data", data, "--vocab_size", "2000"}), options); };
  expect_error(run(), 1, {model_dir + "/tokenizer.json", "File too large"});
  EXPECT_TRUE(fs::is_empty(model_dir));
  const std::string of_the_user = folder.write("model/config.json", "{}");
  expect_error(run(), 1, {model_dir + "/tokenizer.json", "File too large"});
  EXPECT_TRUE(fs::exists(of_the_user));
}

TEST(TrainFaults, InterruptsFinishTheStepSaveAndResumeGoesOnExactly) {
  const TemporaryFolder folder;
  const auto run_arguments = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.end(),
                {"--max_steps", "1000", "--epochs", "100", "--log_every", "1", "--dropout", "0.1", "--quiet=false"});
    return tiny_run(folder.path(name), more);
  };
  ASSERT_EQ(run_slm(run_arguments("whole", {})).exit_code, 0);
  for (const auto& [signal, exit_code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const std::string name = "stopped-" + std::to_string(signal);
    RunOptions options;
    options.signal = signal;
    options.signal_when = [](const std::string& out, const std::string&) {
      return std::count(out.begin(), out.end(), '\n') > 25;
    };
    EXPECT_EQ(run_slm(run_arguments(name, {}), options).exit_code, exit_code);
    ASSERT_EQ(run_slm(run_arguments(name, {"--resume"})).exit_code, 0);
    EXPECT_EQ(read_text(folder.path(name + "/small_language_model.pt")),
              read_text(folder.path("whole/small_language_model.pt")));
  }
}

TEST(TrainFaults, DamagedAndForeignModelFilesAreNamed) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model"), file = model_dir + "/small_language_model.pt";
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  const std::string whole = read_text(file);
  for (const std::string& damaged :
       {std::string(), whole.substr(0, whole.size() / 2), std::string("not a model at all")}) {
    folder.write("model/small_language_model.pt", damaged);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"eval", "--model", model_dir, "--data", "dummy"},
          std::vector<std::string>{"generate", "--model", model_dir, "--prompt", "1 2 3"}}) {
      const ProgramResult result = run_slm(arguments);
      EXPECT_EQ(result.exit_code, 1) << arguments[0];
      EXPECT_NE(result.err.find(file), std::string::npos) << result.err;
      EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
  }
}

}  // namespace
}  // namespace slm::test
