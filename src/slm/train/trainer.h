#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "slm/data/loader.h"
#include "slm/models/decoder.h"
#include "slm/optim/gradient_norm.h"
#include "slm/train/accumulated_gradient.h"
#include "slm/train/checkpoint.h"
#include "slm/train/evaluation.h"
#include "slm/train/observer.h"
#include "slm/train/train_options.h"

namespace slm::train {

// Trains a model, from the first step or from a checkpoint, and tells observers about it. The same options, data,
// machine and number of threads give the same bits, whether or not the run was interrupted and resumed in between.
//
// A step whose loss or gradient has a value that is not finite changes nothing but is counted; kMaxSkippedSteps of them
// in a row end the run.
class Trainer {
 public:
  static constexpr int64_t kMaxSkippedSteps = 5;

  // `model` is updated in place and must outlive the trainer. `validation` may be empty. Throws UsageError for options
  // that cannot be, and what Loader and EvaluationWindows throw.
  Trainer(models::Decoder& model, data::SourceMix train, const data::SourceMix& validation,
          const TrainOptions& options);

  void add_observer(std::shared_ptr<Observer> observer) { observers_.push_back(std::move(observer)); }
  // Makes the text that is shown every `sample_every` steps.
  void set_sampler(std::function<std::string()> sampler) { sampler_ = std::move(sampler); }

  // Goes on from a checkpoint. Throws what read_checkpoint throws; the model may be changed even then.
  void resume(const std::string& checkpoint);

  // Trains until all steps are done, or to the end of the step in which `*stop` becomes true; then saves. An evaluation
  // that is due then or going on is left to the run that goes on from there. Throws
  // NumericError after too many skipped steps, IoError when something cannot be written; the checkpoints so far stay.
  StopReason run(const std::atomic<bool>* stop = nullptr);

  const TrainState& state() const { return state_; }
  int64_t num_steps() const { return num_steps_; }  // of the whole run
  int64_t steps_per_epoch() const { return steps_per_epoch_; }

 private:
  void plan_steps();
  bool ends_run() const { return state_.step >= num_steps_; }
  bool ends_epoch() const { return state_.position.window == 0 || ends_run(); }
  int64_t epoch_of_last_step() const { return state_.position.epoch - (state_.position.window == 0 ? 1 : 0); }

  void write_run_files() const;
  void train_step(data::Loader& loader);
  void skip_step(std::span<const data::Batch> batches, const PassOptions& passes);
  // What comes after a step, before it is saved. Leaves all of it pending where the evaluation was stopped.
  void follow_step(const std::atomic<bool>* stop);
  bool evaluate(const std::atomic<bool>* stop);  // whether no earlier evaluation was better
  void end_epoch();
  void save();
  void write_final_model() const;

  Training training() const { return {parameters_, *optimizer_, options_.optimizer.kind}; }

  template <class Report>
  void tell(void (Observer::*event)(const Report&), const Report& report) const {
    for (const auto& observer : observers_) (observer.get()->*event)(report);
  }

  models::Decoder& model_;
  std::vector<nn::Parameter*> parameters_;
  data::SourceMix train_;
  TrainOptions options_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::optional<Evaluator> evaluator_;
  std::optional<CheckpointFolder> checkpoints_;  // absent when nothing is to be written
  std::vector<std::shared_ptr<Observer>> observers_;
  std::function<std::string()> sampler_;
  int64_t windows_per_epoch_ = 0;
  int64_t steps_per_epoch_ = 0;
  int64_t num_steps_ = 0;
  int64_t num_epochs_ = 0;  // begun by the whole run
  optim::Schedule schedule_;
  TrainState state_;
  bool is_resumed_ = false;
  StepTime epoch_time_, run_time_;
  std::optional<Evaluation> last_evaluation_;  // at the present step
};

}  // namespace slm::train
