#include "slm/train/metrics_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "slm/storage/read_file.h"
#include "storage/scratch_folder.h"
#include "train/small_run.h"

namespace slm::train {
namespace {

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::istringstream text(storage::read_file(path));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(MetricsLog, HasALineForEveryStepAndEvaluation) {
  const test::ScratchFolder folder;
  TrainOptions options = test::small_options();
  options.max_steps = 9;
  test::SmallRun run(options);
  const auto recorder = std::make_shared<test::Recorder>();
  run.trainer.add_observer(recorder);
  run.trainer.add_observer(std::make_shared<MetricsLog>(folder / "metrics.jsonl"));
  run.trainer.run();
  const auto lines = lines_of(folder / "metrics.jsonl");
  ASSERT_EQ(lines.size(), 13u);  // evaluations after steps 8 and 9, which end epochs
  EXPECT_EQ(lines[0]["step"], 1);
  EXPECT_EQ(lines[0]["epoch"], 1);
  EXPECT_EQ(lines[0]["tokens"], 48);
  EXPECT_EQ(lines[0]["loss"], recorder->steps[0].loss);
  EXPECT_EQ(lines[0]["lr"], recorder->steps[0].learning_rate);
  EXPECT_EQ(lines[0]["grad_norm"], recorder->steps[0].gradient_norm);
  EXPECT_GT(lines[0]["tokens_per_s"], 0);
  EXPECT_EQ(lines[8]["step"], 8);
  EXPECT_EQ(lines[8]["val_loss"], recorder->validation_losses[0]);
  EXPECT_NEAR(lines[8]["perplexity"], std::exp(recorder->validation_losses[0]), 1e-9);
  EXPECT_TRUE(lines[8].contains("val_accuracy"));
  EXPECT_FALSE(lines[8].contains("bits_per_byte"));
  EXPECT_EQ(lines[10]["epoch"], 2);
  double seconds_waited = 0;
  for (size_t i = 0; i < 8; ++i) seconds_waited += lines[i]["wait_s"].get<double>();
  EXPECT_EQ(lines[9]["epoch"], 1);
  EXPECT_NEAR(lines[9]["wait_s"], seconds_waited, 1e-9);
  EXPECT_GT(lines[9]["wait_s"], 0);
  EXPECT_GT(lines[9]["train_s"], lines[9]["wait_s"]);
  EXPECT_GT(lines[9]["train_loss"], 0);
}

TEST(MetricsLog, DropsWhatAResumedRunWritesAgain) {
  const test::ScratchFolder folder;
  const TrainState fresh;
  TrainState later;
  later.step = 2;
  const std::string path = folder / "metrics.jsonl";
  {
    MetricsLog log(path);
    log.on_start({.state = fresh});
    for (int64_t step = 1; step <= 4; ++step) {
      TrainState state;
      state.step = step;
      log.on_step({.state = state, .loss = 1.0});
      log.on_evaluation({.state = state, .evaluation = {}});
    }
  }
  MetricsLog log(path);
  log.on_start({.state = later, .is_resumed = true});
  TrainState third;
  third.step = 3;
  log.on_step({.state = third, .loss = 2.0});
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[3]["step"], 2);
  EXPECT_EQ(lines[4]["step"], 3);
  EXPECT_EQ(lines[4]["loss"], 2.0);
}

TEST(MetricsLog, DropsAnEvaluationThatIsPendingOnceMore) {
  const test::ScratchFolder folder;
  const std::string path = folder / "metrics.jsonl";
  TrainState state;
  state.step = 2;
  {
    MetricsLog log(path);
    log.on_start({.state = state});
    log.on_step({.state = state, .loss = 1.0});
    log.on_evaluation({.state = state, .evaluation = {}});
    log.on_epoch({.state = state, .evaluation = {}});
  }
  state.is_evaluation_pending = true;
  MetricsLog log(path);
  log.on_start({.state = state, .is_resumed = true});
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["loss"], 1.0);
}

}  // namespace
}  // namespace slm::train
