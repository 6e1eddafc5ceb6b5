#pragma once

#include <memory>
#include <string>
#include <vector>

#include "slm/data/token_source.h"
#include "slm/models/decoder.h"
#include "slm/train/trainer.h"

namespace slm::test {

// A model of one or two thousand parameters that uses most of what models have, dropout among it.
models::DecoderConfig small_config(double dropout = 0.1);

// Large enough that kernels' own scratch is little beside it, small enough for a few quick steps.
models::DecoderConfig medium_config(models::Family family);

// Ids below small_config()'s vocab_size in which the next one mostly follows from the last two.
data::TokenSource small_tokens(int64_t count, uint64_t seed = 1);

// Two micro-batches of three sequences a step; 20 steps; a validation after each epoch.
train::TrainOptions small_options(optim::OptimizerKind kind = optim::OptimizerKind::kAdamW);

// A model and its trainer. Models of the same seed begin with the same parameters.
struct SmallRun {
  models::Decoder model;
  train::Trainer trainer;

  explicit SmallRun(const train::TrainOptions& options, uint64_t model_seed = 7, double dropout = 0.1);
  // All masters, one after the other.
  std::vector<float> parameters() const;
};

// Keeps what it is told.
class Recorder : public train::Observer {
 public:
  struct Step {
    int64_t step, epoch, step_in_epoch, tokens_seen;
    double loss, learning_rate, gradient_norm;
    bool operator==(const Step&) const = default;
  };
  void on_start(const train::StartReport& report) override;
  void on_step(const train::StepReport& report) override;
  void on_skip(const train::SkipReport& report) override;
  void on_evaluation(const train::EvaluationReport& report) override;
  void on_epoch(const train::EpochReport& report) override;
  void on_sample(const train::SampleReport& report) override;
  void on_checkpoint(const train::CheckpointReport& report) override;
  void on_finish(const train::FinishReport& report) override;

  // One word per event, in order: "start", "step 1", "skip 2", "evaluation 3", "epoch 0", "checkpoint 3", "finish".
  std::vector<std::string> events;
  std::vector<Step> steps;
  std::vector<double> validation_losses;
  std::vector<std::string> skips;  // "op in parameter"
};

}  // namespace slm::test
