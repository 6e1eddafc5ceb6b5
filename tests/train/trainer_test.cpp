#include "slm/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "slm/core/error.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/read_file.h"
#include "storage/scratch_folder.h"
#include "support/close.h"
#include "train/small_run.h"

namespace slm::train {
namespace {

using optim::OptimizerKind;
using test::Recorder, test::SmallRun, test::small_options;

std::shared_ptr<Recorder> record(Trainer& trainer) {
  auto recorder = std::make_shared<Recorder>();
  trainer.add_observer(recorder);
  return recorder;
}

// Sets its flag at the end of a step.
class StopAt : public Observer {
 public:
  StopAt(int64_t step, std::atomic<bool>& flag) : step_(step), flag_(flag) {}
  void on_step(const StepReport& report) override {
    if (report.state.step == step_) flag_ = true;
  }

 private:
  int64_t step_;
  std::atomic<bool>& flag_;
};

// Makes a parameter NaN before some steps, and well again after them.
class Poison : public Observer {
 public:
  Poison(SmallRun& run, int64_t first, int64_t last)
      : element_(run.model.parameters()[6]->master.data<float>()), first_(first), last_(last) {}
  void on_start(const StartReport& report) override { change(report.state.step); }
  void on_step(const StepReport& report) override { change(report.state.step); }
  void on_skip(const SkipReport& report) override { change(report.state.step); }

 private:
  void change(int64_t step) {
    if (step == first_) {
      healthy_ = *element_;
      *element_ = std::numeric_limits<float>::quiet_NaN();
    }
    if (step == last_) *element_ = healthy_;
  }
  float* element_;
  int64_t first_, last_;
  float healthy_ = 0;
};

TEST(Trainer, LearnsARuleFromItsExamples) {
  TrainOptions options = small_options();
  options.max_steps = 300;
  SmallRun run(options, 7, /*dropout=*/0);
  const auto recorder = record(run.trainer);
  EXPECT_EQ(run.trainer.run(), StopReason::kFinished);
  EXPECT_NEAR(recorder->steps.front().loss, std::log(13.0), 0.3);
  EXPECT_LT(recorder->steps.back().loss, 1.5);
}

TEST(Trainer, TellsEventsInOrderWithEvaluationsAtEpochEndsAndAtTheEnd) {
  const test::ScratchFolder folder;
  TrainOptions options = small_options();
  options.max_steps = 10;
  options.eval_every = 3;
  options.save_every = 4;
  options.sample_every = 5;
  options.model_dir = folder.path();
  SmallRun run(options);
  run.trainer.set_sampler([] { return std::string("text"); });
  const auto recorder = record(run.trainer);
  run.trainer.run();
  EXPECT_EQ(recorder->events,
            (std::vector<std::string>{"start",        "step 1",       "step 2",        "step 3",       "evaluation 3",
                                      "step 4",       "checkpoint 4", "step 5",        "sample text",  "step 6",
                                      "evaluation 6", "step 7",       "step 8",        "evaluation 8", "epoch 0",
                                      "checkpoint 8", "step 9",       "evaluation 9",  "step 10",      "evaluation 10",
                                      "epoch 1",      "sample text",  "checkpoint 10", "finish"}));
}

TEST(Trainer, CountsStepsEpochsBatchesAndTokens) {
  TrainOptions options = small_options();
  options.max_steps = 0;
  options.epochs = 2;
  SmallRun run(options);
  const auto recorder = record(run.trainer);
  EXPECT_EQ(run.trainer.steps_per_epoch(), 8);
  EXPECT_EQ(run.trainer.num_steps(), 16);
  run.trainer.run();
  ASSERT_EQ(recorder->steps.size(), 16u);
  EXPECT_EQ(recorder->steps[7].step_in_epoch, 7);
  EXPECT_EQ(recorder->steps[7].epoch, 0);
  EXPECT_EQ(recorder->steps[7].tokens_seen, 45 * 8);  // every window once
  EXPECT_EQ(recorder->steps[8].step_in_epoch, 0);
  EXPECT_EQ(recorder->steps[8].epoch, 1);
  EXPECT_EQ(run.trainer.state().tokens_seen, 2 * 45 * 8);
}

TEST(Trainer, AccumulatesToTheGradientOfTheWholeBatch) {
  TrainOptions together = small_options(), apart = small_options();
  together.batch_size = 6;
  together.gradient_accumulation_steps = 1;
  apart.batch_size = 2;
  apart.gradient_accumulation_steps = 3;
  together.max_steps = apart.max_steps = 9;  // over the end of an epoch, whose last step is smaller
  SmallRun whole(together), parts(apart);
  const auto whole_recorder = record(whole.trainer), parts_recorder = record(parts.trainer);
  whole.trainer.run();
  parts.trainer.run();
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(whole_recorder->steps[i].loss, parts_recorder->steps[i].loss, 1e-4) << "step " << i;
    EXPECT_NEAR(whole_recorder->steps[i].gradient_norm, parts_recorder->steps[i].gradient_norm, 1e-3) << "step " << i;
  }
}

TEST(Trainer, GivesTheSameBitsForTheSameSeed) {
  SmallRun first(small_options()), second(small_options());
  const auto first_recorder = record(first.trainer), second_recorder = record(second.trainer);
  first.trainer.run();
  second.trainer.run();
  EXPECT_EQ(first.parameters(), second.parameters());
  EXPECT_EQ(first_recorder->steps, second_recorder->steps);

  TrainOptions other = small_options();
  other.seed = 6;
  SmallRun third(other);
  third.trainer.run();
  EXPECT_NE(first.parameters(), third.parameters());
}

TEST(Trainer, RecomputeChangesNoBit) {
  TrainOptions options = small_options();
  options.recompute = true;
  SmallRun plain(small_options()), recomputed(options);
  plain.trainer.run();
  recomputed.trainer.run();
  EXPECT_EQ(plain.parameters(), recomputed.parameters());
}

class ResumedRun : public testing::TestWithParam<OptimizerKind> {};

TEST_P(ResumedRun, HasTheBitsOfOneThatNeverStopped) {
  SmallRun whole(small_options(GetParam()));
  const auto whole_recorder = record(whole.trainer);
  whole.trainer.run();

  const test::ScratchFolder folder;
  TrainOptions options = small_options(GetParam());
  options.model_dir = folder.path();
  std::atomic<bool> stop = false;
  SmallRun before(options);
  const auto before_recorder = record(before.trainer);
  before.trainer.add_observer(std::make_shared<StopAt>(10, stop));  // the second step of the second epoch
  EXPECT_EQ(before.trainer.run(&stop), StopReason::kAsked);

  SmallRun after(options, /*model_seed=*/99);
  const auto after_recorder = record(after.trainer);
  const auto checkpoint = find_checkpoint(folder.path());
  ASSERT_TRUE(checkpoint.has_value());
  after.trainer.resume(*checkpoint);
  EXPECT_EQ(after.trainer.state().step, 10);
  EXPECT_EQ(after.trainer.run(), StopReason::kFinished);

  EXPECT_EQ(after.parameters(), whole.parameters());
  EXPECT_EQ(after.trainer.state(), whole.trainer.state());
  auto steps = before_recorder->steps;
  steps.insert(steps.end(), after_recorder->steps.begin(), after_recorder->steps.end());
  EXPECT_EQ(steps, whole_recorder->steps);
  auto losses = before_recorder->validation_losses;
  losses.insert(losses.end(), after_recorder->validation_losses.begin(), after_recorder->validation_losses.end());
  EXPECT_EQ(losses, whole_recorder->validation_losses);
}

INSTANTIATE_TEST_SUITE_P(EveryOptimizer, ResumedRun,
                         testing::Values(OptimizerKind::kAdamW, OptimizerKind::kSgd, OptimizerKind::kMuon),
                         [](const auto& test_case) { return std::string(optim::name(test_case.param)); });

TEST(Trainer, FinishesTheStepSavesAndReturnsWhenAskedToStop) {
  const test::ScratchFolder folder;
  TrainOptions options = small_options();
  options.model_dir = folder.path();
  std::atomic<bool> stop = false;
  SmallRun run(options);
  run.trainer.add_observer(std::make_shared<StopAt>(3, stop));
  const auto recorder = record(run.trainer);
  EXPECT_EQ(run.trainer.run(&stop), StopReason::kAsked);
  EXPECT_EQ(recorder->events,
            (std::vector<std::string>{"start", "step 1", "step 2", "step 3", "checkpoint 3", "stop"}));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/small_language_model.pt"));
}

// Sets its flag after the first batch of an evaluation.
class StopInEvaluation : public Observer {
 public:
  StopInEvaluation(int64_t step, std::atomic<bool>& flag) : step_(step), flag_(flag) {}
  void on_evaluation_progress(const EvaluationProgress& progress) override {
    if (progress.state.step == step_) flag_ = true;
  }

 private:
  int64_t step_;
  std::atomic<bool>& flag_;
};

// Evaluations after steps 3, 6 and 8, which ends an epoch, and so on.
TrainOptions evaluated_options(const test::ScratchFolder& folder) {
  TrainOptions options = small_options();
  options.max_steps = 10;
  options.eval_every = 3;
  options.sample_every = 3;
  options.model_dir = folder.path();
  return options;
}

std::vector<std::string> without(std::vector<std::string> events, const std::string& left_out) {
  std::erase_if(events, [&](const std::string& event) { return event.starts_with(left_out); });
  return events;
}

void expect_evaluation_is_caught_up(int64_t step, bool is_inside) {
  SCOPED_TRACE(step);
  const test::ScratchFolder whole_folder, folder;
  SmallRun whole(evaluated_options(whole_folder)), before(evaluated_options(folder)),
      after(evaluated_options(folder), /*model_seed=*/99);
  for (SmallRun* run : {&whole, &before, &after}) run->trainer.set_sampler([] { return std::string("text"); });
  const auto want = record(whole.trainer), first = record(before.trainer), second = record(after.trainer);
  whole.trainer.run();

  std::atomic<bool> stop = false;
  if (is_inside) {
    before.trainer.add_observer(std::make_shared<StopInEvaluation>(step, stop));
  } else {
    before.trainer.add_observer(std::make_shared<StopAt>(step, stop));
  }
  EXPECT_EQ(before.trainer.run(&stop), StopReason::kAsked);
  EXPECT_EQ(first->events.back(), "stop");
  EXPECT_TRUE(before.trainer.state().is_evaluation_pending);
  after.trainer.resume(find_checkpoint(folder.path()).value());
  EXPECT_EQ(after.trainer.run(), StopReason::kFinished);

  std::vector<std::string> got(first->events.begin(), first->events.end() - 1);
  got.insert(got.end(), second->events.begin() + 1, second->events.end());
  EXPECT_EQ(without(got, "checkpoint"), without(want->events, "checkpoint"));
  EXPECT_EQ(after.parameters(), whole.parameters());
  EXPECT_EQ(after.trainer.state(), whole.trainer.state());
  for (const std::string file : {"/checkpoints/best/model.safetensors", "/checkpoints/best/train_state.json"}) {
    EXPECT_EQ(storage::read_file(folder.path() + file), storage::read_file(whole_folder.path() + file)) << file;
  }
}

TEST(Trainer, AnEvaluationThatIsDueWhenAskedToStopComesFirstOnResume) {
  expect_evaluation_is_caught_up(3, /*is_inside=*/false);
  expect_evaluation_is_caught_up(8, /*is_inside=*/false);  // the end of an epoch
}

TEST(Trainer, AnEvaluationStopsBeforeItsEndWhenAskedTo) {
  expect_evaluation_is_caught_up(10, /*is_inside=*/true);  // the end of the run
}

TEST(Trainer, EpochsCountWindowsWhenARunGoesOnWithAnotherBatchSize) {
  const test::ScratchFolder folder;
  TrainOptions options = small_options();
  options.model_dir = folder.path();
  options.max_steps = 10;  // eight steps in the first epoch, two of six windows in the second one
  SmallRun before(options);
  before.trainer.run();
  options.max_steps = 0;
  options.epochs = 3;
  options.batch_size = 15;  // 33 windows are left: two steps; then two in the third epoch
  SmallRun after(options, /*model_seed=*/99);
  const auto recorder = record(after.trainer);
  after.trainer.resume(find_checkpoint(folder.path()).value());
  EXPECT_EQ(after.trainer.num_steps(), 14);
  after.trainer.run();
  EXPECT_EQ(recorder->steps.size(), 4u);
  EXPECT_EQ(after.trainer.state().tokens_seen, 3 * 45 * 8);
  EXPECT_EQ(after.trainer.state().position, (data::LoaderPosition{3, 0}));
}

TEST(Trainer, LeavesTheLastWeightsUnderTheirPublishedNames) {
  const test::ScratchFolder folder;
  TrainOptions options = small_options();
  options.max_steps = 2;
  options.model_dir = folder.path() + "/new/folder";
  options.run_files = {{"config.json", "{}\n"}};
  SmallRun run(options);
  run.trainer.run();
  const auto file = formats::open_torch_archive(options.model_dir + "/small_language_model.pt");
  const Tensor weight = file->read(file->at("transformer.wte.weight"));
  EXPECT_TRUE(test::same_bits(weight, run.model.parameters()[0]->master));
  EXPECT_NE(file->find("lm_head.weight"), nullptr);
  EXPECT_TRUE(std::filesystem::exists(options.model_dir + "/config.json"));
}

TEST(Trainer, KeepsTheNewestCheckpointsAndTheBest) {
  const test::ScratchFolder folder;
  TrainOptions options = small_options();
  options.save_every = 2;
  options.keep_last = 2;
  options.model_dir = folder.path();
  SmallRun run(options);
  run.trainer.run();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() + "/checkpoints")) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"best", "step-00000018", "step-00000020"}));
}

TEST(Trainer, SkipsAStepWithANaNAndNamesOpAndParameter) {
  SmallRun run(small_options());
  run.trainer.add_observer(std::make_shared<Poison>(run, 2, 4));
  const auto recorder = record(run.trainer);
  EXPECT_EQ(run.trainer.run(), StopReason::kFinished);
  const std::string name = run.model.parameters()[6]->name;
  ASSERT_EQ(recorder->skips.size(), 2u);
  EXPECT_EQ(recorder->skips[0].substr(recorder->skips[0].find(" in ") + 4), name);
  EXPECT_EQ(recorder->steps.size(), 18u);
  EXPECT_EQ(run.trainer.state().step, 20);
  EXPECT_EQ(run.trainer.state().optimizer_steps, 18);
  for (const float value : run.parameters()) EXPECT_TRUE(std::isfinite(value));
}

TEST(Trainer, StopsAfterRepeatedNaNsWithTheLastCheckpointIntact) {
  const test::ScratchFolder folder;
  TrainOptions options = small_options();
  options.save_every = 2;
  options.model_dir = folder.path();
  SmallRun run(options);
  run.trainer.add_observer(std::make_shared<Poison>(run, 4, 100));
  try {
    run.trainer.run();
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_EQ(error.parameter(), run.model.parameters()[6]->name);
    EXPECT_EQ(error.step(), 4 + Trainer::kMaxSkippedSteps);
    EXPECT_NE(std::string(error.what()).find("infinite or NaN output in '"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("try a lower --learning_rate"), std::string::npos) << error.what();
  }
}

TEST(Trainer, RefusesOptionsThatCannotBe) {
  const auto refusal = [](auto&& change) {
    TrainOptions options = small_options();
    change(options);
    try {
      SmallRun run(options);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_EQ(refusal([](auto& options) { options.batch_size = 0; }), "--batch_size: got 0, expected at least 1");
  EXPECT_EQ(refusal([](auto& options) { options.learning_rate = std::nan(""); }),
            "--learning_rate: got nan, expected a number above 0, at most 1e+06");
  EXPECT_EQ(refusal([](auto& options) { options.optimizer.beta1 = 1; }),
            "--beta1: got 1, expected at least 0 and below 1");
  EXPECT_EQ(refusal([](auto& options) { options.keep_last = 0; }), "--keep_last: got 0, expected at least 1");
}

}  // namespace
}  // namespace slm::train
