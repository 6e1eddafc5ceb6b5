#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

namespace fs = std::filesystem;

TEST(ResumeFaults, AFullDiskKeepsTheEarlierCheckpointsAndResumeGoesOnExactly) {
  const TemporaryFolder folder;
  const std::string stopped = folder.path("stopped"), whole = folder.path("whole");
  ASSERT_EQ(run_slm(tiny_run(stopped)).exit_code, 0);
  const std::string checkpoint = stopped + "/checkpoints/step-00000004";
  const std::string before = read_text(checkpoint + "/model.safetensors");
  RunOptions full;
  full.max_file_size_bytes = 8000;  // less than the model needs
  const std::vector<std::string> to_eight = {"--max_steps", "8"};
  expect_error(run_slm(tiny_run(stopped, {"--resume", "--max_steps", "8"}), full), 1,
               {stopped + "/checkpoints/", "File too large"});
  EXPECT_EQ(read_text(checkpoint + "/model.safetensors"), before);
  EXPECT_FALSE(fs::exists(stopped + "/checkpoints/step-00000008"));
  ASSERT_EQ(run_slm(tiny_run(stopped, {"--resume", "--max_steps", "8"})).exit_code, 0);
  ASSERT_EQ(run_slm(tiny_run(whole, to_eight)).exit_code, 0);
  EXPECT_EQ(read_text(stopped + "/small_language_model.pt"), read_text(whole + "/small_language_model.pt"));
}

TEST(ResumeFaults, WithoutACheckpointResumeSaysSoAndAutoStartsAnew) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  expect_error(run_slm(tiny_run(model_dir, {"--resume"})), 1, {model_dir, "no complete checkpoint"});
  EXPECT_FALSE(fs::exists(model_dir));
  EXPECT_EQ(run_slm(tiny_run(model_dir, {"--resume", "auto"})).exit_code, 0);
}

TEST(ResumeFaults, ARunGoesOnWithTheOptionsItWasStartedWith) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model"), other = folder.path("other");
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  EXPECT_EQ(run_slm({"train", "--model_dir", model_dir, "--resume", "--max_steps", "6"}).exit_code, 0);
  const std::string checkpoint = model_dir + "/checkpoints/step-00000006";
  EXPECT_EQ(run_slm({"train", "--model_dir", other, "--resume", checkpoint, "--max_steps", "7"}).exit_code, 0);
  const auto config = nlohmann::json::parse(read_text(other + "/config.json"));
  EXPECT_EQ(config["embed_dim"], 16);
  EXPECT_EQ(config["max_steps"], 7);
  EXPECT_TRUE(fs::exists(other + "/checkpoints/step-00000007/DONE"));
}

TEST(ResumeFaults, EpochsAskedForNowAreNotCutShortByTheStepsOfTheRun) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  const std::vector<std::string> resume = {"train", "--model_dir", model_dir, "--resume"};
  const ProgramResult again = run_slm(resume);
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.err,
            "slm: warning: nothing is left to train: 4 steps (0 epochs) done; a larger --max_steps or --epochs "
            "goes on\n");
  std::vector<std::string> two_epochs = resume;
  two_epochs.insert(two_epochs.end(), {"--epochs", "2", "--batch_size", "100"});
  const ProgramResult more = run_slm(two_epochs);
  EXPECT_EQ(more.exit_code, 0);
  EXPECT_EQ(more.err, "");
  // 9,000 tokens make 562 windows of 16: 16 of them in the run's four steps, 546 in six of the epoch, then another six.
  EXPECT_TRUE(fs::exists(model_dir + "/checkpoints/step-00000016/DONE"));
}

// All that a preset says is given again, but for the steps of the run.
TEST(ResumeFaults, EpochsOfAPresetDoNotUndoTheStepsOfTheRun) {
  const TemporaryFolder folder;
  std::vector<std::string> run = tiny_run(folder.path("model"), {"--preset", "openwebtext"});
  ASSERT_EQ(run_slm(run).exit_code, 0);
  for (const char* name : {"--epochs", "--max_steps"}) {
    const auto given = std::find(run.begin(), run.end(), name);
    run.erase(given, given + 2);
  }
  run.emplace_back("--resume");
  const ProgramResult again = run_slm(run);
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_NE(again.err.find("nothing is left to train: 4 steps"), std::string::npos) << again.err;
}

TEST(ResumeFaults, DataOfAnotherTokenizerIsRefused) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model"), text = folder.path("text.txt");
  std::ofstream(text) << std::string(50, 'a') + std::string(50, 'b');
  const std::vector<std::string> sizes = {"--embed_dim",   "16", "--num_heads", "2",
                                          "--max_seq_len", "8",  "--max_steps", "2"};
  std::vector<std::string> start = {"train", "--data", text, "--model_dir", model_dir};
  start.insert(start.end(), sizes.begin(), sizes.end());
  ASSERT_EQ(run_slm(start).exit_code, 0);
  std::ofstream(text) << std::string(50, 'a') + std::string(50, 'c');
  expect_error(run_slm({"train", "--model_dir", model_dir, "--resume", "--max_steps", "3"}), 1,
               {"tokenizer.json: the run's tokenizer (char, 2 tokens) is not that of the data now (char, 2 tokens)"});
  std::ofstream(text) << "more letters than the model has";
  expect_error(run_slm({"train", "--model_dir", model_dir, "--resume", "--max_steps", "3"}), 1,
               {"tokenizer.json: the run's tokenizer (char, 2 tokens) is not that of the data now (char, 12 tokens)"});
}

TEST(ResumeFaults, ADamagedOrForeignCheckpointIsNamedAndNothingChanges) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model"), checkpoint = model_dir + "/checkpoints/step-00000004";
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  const std::string model = read_text(model_dir + "/small_language_model.pt");
  const auto resume = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--resume", "--max_steps", "8"});
    return run_slm(tiny_run(model_dir, more));
  };
  expect_error(resume({"--embed_dim", "32"}), 1, {checkpoint, "shape"});
  expect_error(resume({"--optimizer", "sgd"}), 1, {checkpoint, "adamw", "sgd"});
  for (const std::string file : {"model.safetensors", "optimizer.safetensors", "train_state.json"}) {
    SCOPED_TRACE(file);
    const std::string path = checkpoint + "/" + file, good = read_text(path);
    for (const std::string& bad : {std::string(), good.substr(0, good.size() / 2), std::string("{\"step\": -3}")}) {
      folder.write("model/checkpoints/step-00000004/" + file, bad);
      expect_error(resume({}), 1, {path});
    }
    folder.write("model/checkpoints/step-00000004/" + file, good);
  }
  EXPECT_EQ(read_text(model_dir + "/small_language_model.pt"), model);
  fs::remove(checkpoint + "/DONE");
  fs::remove_all(model_dir + "/checkpoints/best");
  expect_error(resume({}), 1, {model_dir, "no complete checkpoint"});
}

}  // namespace
}  // namespace slm::test
