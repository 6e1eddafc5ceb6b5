#include "slm/train/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"
#include "train/small_run.h"

namespace slm::train {
namespace {

using test::message_of, test::SmallRun, test::small_options;

// A run with checkpoints after steps 2 and 4.
std::string make_run(const test::ScratchFolder& folder, optim::OptimizerKind kind = optim::OptimizerKind::kAdamW) {
  TrainOptions options = small_options(kind);
  options.max_steps = 4;
  options.save_every = 2;
  options.model_dir = folder.path();
  SmallRun(options).trainer.run();
  return folder / "checkpoints/step-00000004";
}

std::string refusal(const std::string& checkpoint, optim::OptimizerKind kind = optim::OptimizerKind::kAdamW) {
  return message_of<FormatError>([&] { SmallRun(small_options(kind)).trainer.resume(checkpoint); });
}

TEST(Checkpoint, HoldsTensorsStateRunFilesAndTheMarker) {
  const test::ScratchFolder folder;
  const std::string path = make_run(folder);
  for (const char* name : {"model.safetensors", "optimizer.safetensors", "train_state.json", "DONE"}) {
    EXPECT_TRUE(std::filesystem::exists(path + "/" + name)) << name;
  }
}

TEST(Checkpoint, TheNewestCompleteOneIsFound) {
  const test::ScratchFolder folder;
  EXPECT_FALSE(find_checkpoint(folder.path()).has_value());
  const std::string path = make_run(folder);
  EXPECT_EQ(find_checkpoint(folder.path()), path);
  EXPECT_EQ(find_checkpoint(folder / "checkpoints/step-00000002"), folder / "checkpoints/step-00000002");
  std::filesystem::remove(path + "/DONE");
  EXPECT_EQ(find_checkpoint(folder.path()), folder / "checkpoints/step-00000002");
}

TEST(Checkpoint, AnIncompleteOneIsRefused) {
  const test::ScratchFolder folder;
  const std::string path = make_run(folder);
  std::filesystem::remove(path + "/DONE");
  EXPECT_EQ(refusal(path), path + ": is no complete checkpoint (it has no DONE file); resume from another one");
}

TEST(Checkpoint, ADamagedStateIsRefused) {
  const test::ScratchFolder folder;
  const std::string path = make_run(folder), state = path + "/train_state.json";
  storage::write_file(state, "{\"version\": 1, \"seed\": 5, \"step\": -4}");
  EXPECT_EQ(refusal(path), state +
                               ": 'step' is wrong, expected a whole number, 0 or more; resume from another "
                               "checkpoint");
  storage::write_file(state, "{\"version\": 1, \"seed\": 5, \"step\": 9223372036854775807}");
  EXPECT_EQ(refusal(path),
            state + ": 'step' is wrong, expected at most 9007199254740992; resume from another checkpoint");
  storage::write_file(state, "{\"version\": 1");
  EXPECT_EQ(refusal(path), state + ": is not a JSON object; resume from another checkpoint");
  storage::write_file(state, "{\"version\": 9}");
  EXPECT_EQ(refusal(path), state + ": has version 9, this program reads version 1; resume with the slm that wrote it");
}

TEST(Checkpoint, TruncatedTensorsAreRefused) {
  const test::ScratchFolder folder;
  for (const char* name : {"model.safetensors", "optimizer.safetensors"}) {
    const std::string path = make_run(folder), file = path + "/" + name;
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    EXPECT_TRUE(refusal(path).starts_with(file + ": ")) << refusal(path);
  }
}

TEST(Checkpoint, OneOfAnotherOptimizerIsRefused) {
  const test::ScratchFolder folder;
  const std::string path = make_run(folder, optim::OptimizerKind::kSgd);
  EXPECT_EQ(refusal(path), path +
                               "/optimizer.safetensors: is of sgd, expected adamw; resume with the optimizer that "
                               "the run began with");
}

TEST(Checkpoint, OneOfAnotherModelIsRefused) {
  const test::ScratchFolder folder;
  const std::string path = make_run(folder);
  models::DecoderConfig config = test::small_config();
  config.hidden_dim = 32;
  models::Decoder model(config, nn::ComputeType::kFloat32, 1);
  Trainer trainer(model, test::small_tokens(100), {}, small_options());
  const std::string message = message_of<FormatError>([&] { trainer.resume(path); });
  EXPECT_NE(message.find("has shape"), std::string::npos) << message;
}

TEST(TrainState, SurvivesJsonExactly) {
  TrainState state{.seed = UINT64_MAX,
                   .step = 123,
                   .optimizer_steps = 120,
                   .tokens_seen = INT64_MAX,
                   .position = {.epoch = 3, .window = 77},
                   .epoch_loss_sum = 1.0 / 3.0,
                   .epoch_num_targets = 11,
                   .best_validation_loss = 0.1,
                   .num_skipped_in_a_row = 2};
  EXPECT_EQ(train_state_from_json("state", to_json(state)), state);
  state.best_validation_loss.reset();
  state.is_evaluation_pending = true;
  EXPECT_EQ(train_state_from_json("state", to_json(state)), state);
}

}  // namespace
}  // namespace slm::train
