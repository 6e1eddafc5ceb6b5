#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/train/evaluation.h"
#include "slm/train/train_state.h"

namespace slm::train {

// How long steps took, without evaluations and checkpoints.
struct StepTime {
  double seconds = 0;
  double seconds_waited = 0;  // of these, for data that was not there yet

  StepTime& operator+=(const StepTime& more) {
    seconds += more.seconds;
    seconds_waited += more.seconds_waited;
    return *this;
  }
  double share_waited() const { return seconds > 0 ? seconds_waited / seconds : 0; }
};

// The news of a run. Steps, epochs and batches count from 0 in `state`; what a reader of the news shows is his own.

struct StartReport {
  const TrainState& state;  // of a resumed run: where it goes on
  bool is_resumed = false;
  int64_t num_steps = 0;  // of the whole run
  int64_t steps_per_epoch = 0;
  int64_t num_epochs = 0;  // begun by the whole run
};

struct StepReport {
  const TrainState& state;    // after the step: state.step is 1 after the first one
  int64_t epoch = 0;          // that the step belongs to, from 0
  int64_t step_in_epoch = 0;  // from 0: the "Batch" of console lines
  double loss = 0;            // mean over the step's targets, in nats
  double learning_rate = 0;
  double gradient_norm = 0;  // before clipping
  StepTime time = {};
  double tokens_per_s = 0;
};

// A step that changed nothing, because its loss or its gradient had an infinite or NaN value.
struct SkipReport {
  const TrainState& state;
  std::string op;            // that gave the first such value
  std::string parameter;     // of that op, or of the last op before it that has one; may be empty
  bool is_gradient = false;  // it appeared in the backward pass
};

// After each batch of an evaluation.
struct EvaluationProgress {
  const TrainState& state;
  int64_t num_batches_done = 0;
  int64_t num_batches = 0;
};

struct EvaluationReport {
  const TrainState& state;
  const Evaluation& evaluation;
  int64_t epoch = 0;        // that the last step belongs to, from 0
  bool is_best = false;     // no evaluation of this run had a lower loss
  bool ends_epoch = false;  // or the run inside one: on_epoch comes next
};

// After the evaluation that ends an epoch, or the last step of a run inside one.
struct EpochReport {
  const TrainState& state;
  int64_t epoch = 0;  // from 0
  int64_t num_epochs = 0;
  double loss = 0;                       // mean over the epoch's training targets
  StepTime time = {};                    // of the epoch's steps since the run was started or resumed
  std::optional<Evaluation> evaluation;  // absent without validation data
};

struct SampleReport {
  const TrainState& state;
  const std::string& text;
};

struct CheckpointReport {
  const TrainState& state;
  const std::string& path;
};

enum class StopReason {
  kFinished,  // all steps are done
  kAsked,     // the stop flag was set
};

struct FinishReport {
  const TrainState& state;
  StopReason reason = StopReason::kFinished;
  StepTime time = {};  // of all steps since the run was started or resumed
};

// Is told what happens, in the order in which it happens, by the thread that trains. What it throws ends the run.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_start(const StartReport&) {}
  virtual void on_step(const StepReport&) {}
  virtual void on_skip(const SkipReport&) {}
  virtual void on_evaluation_progress(const EvaluationProgress&) {}
  virtual void on_evaluation(const EvaluationReport&) {}
  virtual void on_epoch(const EpochReport&) {}
  virtual void on_sample(const SampleReport&) {}
  virtual void on_checkpoint(const CheckpointReport&) {}
  virtual void on_finish(const FinishReport&) {}
};

}  // namespace slm::train
