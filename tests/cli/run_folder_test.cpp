#include "slm/cli/run_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"
#include "slm/core/error.h"

namespace slm::test {
namespace {

namespace fs = std::filesystem;

std::string model_of(const std::string& run) { return read_text(run + "/small_language_model.pt"); }

TEST(RunFolder, IsFoundByACheckpointsPlace) {
  EXPECT_EQ(cli::run_folder_of("runs/a/checkpoints/step-00000001"), "runs/a");
  EXPECT_EQ(cli::run_folder_of("runs/a/checkpoints/best/"), "runs/a");
  EXPECT_EQ(cli::run_folder_of("checkpoints/best"), ".");
  EXPECT_EQ(cli::run_folder_of("elsewhere/step-00000001"), "");
  EXPECT_EQ(cli::run_folder_of("step-00000001"), "");
}

TEST(RunFolder, AdmitsOneRunAtATime) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model");
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  const std::string before = model_of(model_dir);
  cli::RunFolder first(model_dir);  // another process in the eyes of the program
  for (const std::string option : {"--resume", "--overwrite"}) {
    expect_error(run_slm(tiny_run(model_dir, {option})), 1, {model_dir, "another process is writing"});
  }
  EXPECT_EQ(model_of(model_dir), before);
  EXPECT_THROW(cli::RunFolder second(model_dir), Error);
}

TEST(RunFolder, IsLockedAsSoonAsItIsMade) {
  const TemporaryFolder folder;
  cli::RunFolder first(folder.path("new"));
  EXPECT_FALSE(fs::exists(folder.path("new")));
  first.open();
  EXPECT_THROW(cli::RunFolder second(folder.path("new")), Error);
}

TEST(RunFolder, RemovesWhatAKilledRunLeftHalfWrittenAndNothingElse) {
  const TemporaryFolder folder;
  const std::string leftover = folder.write("small_language_model.pt.tmp-0123456789abcdef", "x"),
                    foreign = folder.write("notes.txt.tmp-0123456789abcdef", "x");
  cli::RunFolder(folder.path()).open();
  EXPECT_FALSE(fs::exists(leftover));
  EXPECT_TRUE(fs::exists(foreign));
}

TEST(RunFolder, OverwriteDoesNotTakeAwayWhatResumeGoesOnFrom) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("model"), checkpoint = model_dir + "/checkpoints/step-00000004";
  ASSERT_EQ(run_slm(tiny_run(model_dir)).exit_code, 0);
  expect_error(run_slm(tiny_run(model_dir, {"--resume", "--overwrite"})), 2, {"--overwrite would remove"});
  expect_error(run_slm(tiny_run(model_dir, {"--resume", checkpoint, "--overwrite"})), 2, {checkpoint});
  EXPECT_TRUE(fs::exists(checkpoint + "/DONE"));
}

TEST(RunFolder, ARunThatGoesOnFromAnotherOneDoesNotMixWithAThird) {
  const TemporaryFolder folder;
  const std::string from = folder.path("from"), third = folder.path("third");
  ASSERT_EQ(run_slm(tiny_run(from)).exit_code, 0);
  ASSERT_EQ(run_slm(tiny_run(third, {"--seed", "7"})).exit_code, 0);
  const std::string before = model_of(third);
  expect_error(run_slm(tiny_run(third, {"--resume", from, "--max_steps", "5"})), 1, {third, "another run", from});
  EXPECT_EQ(model_of(third), before);
  EXPECT_EQ(run_slm(tiny_run(third, {"--resume", from, "--max_steps", "5", "--overwrite"})).exit_code, 0);
  EXPECT_FALSE(fs::exists(third + "/checkpoints/step-00000004"));
  EXPECT_TRUE(fs::exists(third + "/checkpoints/step-00000005/DONE"));
}

TEST(RunFolder, IsThatOfTheRunToGoOnWithUnlessOneIsGiven) {
  const TemporaryFolder folder;
  const std::string run = folder.path("run");
  ASSERT_EQ(run_slm(tiny_run(run)).exit_code, 0);
  ASSERT_EQ(run_slm({"train", "--resume", run, "--max_steps", "5"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(run + "/checkpoints/step-00000005/DONE"));
  ASSERT_EQ(run_slm({"train", "--resume", run + "/checkpoints/step-00000005", "--max_steps", "6"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(run + "/checkpoints/step-00000006/DONE"));
}

TEST(RunFolder, ResumingFromAnEarlierCheckpointLeavesTheLaterOnesBehind) {
  const TemporaryFolder folder;
  const std::string run = folder.path("run"), checkpoints = run + "/checkpoints/step-0000000";
  const std::vector<std::string> saving = {"--max_steps", "6", "--save_every", "1", "--keep_last", "3"};
  ASSERT_EQ(run_slm(tiny_run(run, saving)).exit_code, 0);
  ASSERT_TRUE(fs::exists(checkpoints + "4"));
  ASSERT_TRUE(fs::exists(checkpoints + "6"));
  ASSERT_EQ(run_slm({"train", "--resume", checkpoints + "4", "--max_steps", "5", "--learning_rate", "0.5"}).exit_code,
            0);
  EXPECT_TRUE(fs::exists(checkpoints + "5"));
  EXPECT_FALSE(fs::exists(checkpoints + "6")) << "it would be taken for the newest";
  EXPECT_EQ(run_slm({"train", "--resume", run, "--max_steps", "7"}).exit_code, 0);
  EXPECT_EQ(model_of(run).size(), fs::file_size(run + "/small_language_model.pt"));
}

TEST(RunFolder, AModelWithoutCheckpointsIsNotOverwrittenByResumeAuto) {
  const TemporaryFolder folder;
  const std::string run = folder.path("run");
  ASSERT_EQ(run_slm(tiny_run(run)).exit_code, 0);
  fs::remove_all(run + "/checkpoints");
  const std::string before = model_of(run);
  expect_error(run_slm(tiny_run(run, {"--resume", "auto", "--seed", "8"})), 1, {run, "no checkpoint"});
  EXPECT_EQ(model_of(run), before);
  fs::remove(run + "/small_language_model.pt");
  EXPECT_EQ(run_slm(tiny_run(run, {"--resume", "auto"})).exit_code, 0) << "nothing is lost by starting anew";
}

}  // namespace
}  // namespace slm::test
