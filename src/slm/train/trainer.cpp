#include "slm/train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "slm/core/error.h"
#include "slm/formats/state_dict.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"

namespace slm::train {
namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

data::LoaderOptions loader_options(const models::DecoderConfig& config, const TrainOptions& options, uint64_t seed) {
  return {.seq_len = config.max_seq_len,
          .batch_size = options.batch_size,
          .vocab_size = config.vocab_size,
          .seed = seed,
          .sampling = options.sampling,
          .packing = options.packing,
          .batches_per_step = options.gradient_accumulation_steps};
}

}  // namespace

Trainer::Trainer(models::Decoder& model, data::SourceMix train, const data::SourceMix& validation,
                 const TrainOptions& options)
    : model_(model), parameters_(model.parameters()), train_(std::move(train)), options_(options) {
  validate(options_);
  const data::Loader loader(train_, loader_options(model.config(), options_, options_.seed));
  windows_per_epoch_ = loader.num_windows_per_epoch();
  steps_per_epoch_ = divide_up(windows_per_epoch_, options_.batch_size * options_.gradient_accumulation_steps);
  optimizer_ = optim::make_optimizer(options_.optimizer, parameters_);
  if (!validation.is_empty()) {
    evaluator_.emplace(validation, model.config(), options_.batch_size, options_.packing);
  }
  if (!options_.model_dir.empty()) checkpoints_.emplace(options_.model_dir);
  state_.seed = options_.seed;
  plan_steps();
}

void Trainer::resume(const std::string& checkpoint) {
  state_ = read_checkpoint(checkpoint, training());
  is_resumed_ = true;
  plan_steps();
}

// From where the run is: its steps so far may have been larger or smaller than those of the options.
void Trainer::plan_steps() {
  const auto [epoch, window] = state_.position;
  const int64_t windows_per_step = options_.batch_size * options_.gradient_accumulation_steps;
  const int64_t steps_to_epoch_end =
      window == 0 ? 0 : divide_up(std::max<int64_t>(windows_per_epoch_ - window, 0), windows_per_step);
  const int64_t whole_epochs_from = window == 0 ? epoch : epoch + 1;
  if (options_.max_steps > 0) {
    num_steps_ = options_.max_steps;
    const int64_t steps_after = num_steps_ - state_.step - steps_to_epoch_end;
    num_epochs_ = whole_epochs_from + divide_up(std::max<int64_t>(steps_after, 0), steps_per_epoch_);
  } else {
    num_epochs_ = options_.epochs;
    const int64_t epochs_left = num_epochs_ - whole_epochs_from;
    num_steps_ = state_.step + (epochs_left < 0 ? 0 : steps_to_epoch_end + epochs_left * steps_per_epoch_);
  }
  schedule_ = {.kind = options_.schedule,
               .learning_rate = options_.learning_rate,
               .min_learning_rate = options_.min_learning_rate,
               .warmup_steps = options_.warmup_steps,
               .num_steps = num_steps_};
}

StopReason Trainer::run(const std::atomic<bool>* stop) {
  data::Loader loader(train_, loader_options(model_.config(), options_, state_.seed), state_.position);
  if (checkpoints_) write_run_files();
  tell(&Observer::on_start, StartReport{.state = state_,
                                        .is_resumed = is_resumed_,
                                        .num_steps = num_steps_,
                                        .steps_per_epoch = steps_per_epoch_,
                                        .num_epochs = num_epochs_});
  StopReason reason = StopReason::kFinished;
  while (state_.is_evaluation_pending || !ends_run()) {
    if (!state_.is_evaluation_pending) train_step(loader);
    follow_step(stop);
    const bool is_stopped = state_.is_evaluation_pending || (stop != nullptr && stop->load() && !ends_run());
    const bool is_save_due = options_.save_every > 0 ? state_.step % options_.save_every == 0 : ends_epoch();
    if (is_save_due || ends_run() || is_stopped) save();
    if (is_stopped) {
      reason = StopReason::kAsked;
      break;
    }
  }
  write_final_model();
  tell(&Observer::on_finish, FinishReport{.state = state_, .reason = reason, .time = run_time_});
  return reason;
}

// All of them or, on a disk that is full, none that was not there.
void Trainer::write_run_files() const {
  storage::make_folders(options_.model_dir);
  std::vector<std::string> made;
  try {
    for (const RunFile& file : options_.run_files) {
      const std::string path = storage::join(options_.model_dir, file.name);
      const bool is_new = !storage::exists(path);
      storage::write_file(path, file.content);
      if (is_new) made.push_back(path);
    }
  } catch (const Error&) {
    for (const std::string& path : made) storage::remove_tree(path);
    throw;
  }
}

void Trainer::train_step(data::Loader& loader) {
  const auto start = std::chrono::steady_clock::now();
  const data::LoaderPosition position = loader.position();
  const double waited_before = loader.seconds_waited();
  const std::vector<data::Batch> batches = loader.next_step();
  const auto time_so_far = [&] {
    return StepTime{.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                    .seconds_waited = loader.seconds_waited() - waited_before};
  };
  const PassOptions passes{.seed = state_.seed,
                           .step = state_.step,
                           .label_smoothing = options_.label_smoothing,
                           .recompute = options_.recompute};
  const AccumulatedGradient gathered = accumulate_gradient(model_, parameters_, batches, passes);
  const optim::GradientNorm norm = optim::gradient_norm(parameters_);
  const double learning_rate = optim::learning_rate_at(schedule_, state_.step);
  ++state_.step;
  state_.position = loader.position();
  if (!std::isfinite(gathered.loss_sum) || norm.non_finite != nullptr) {
    const StepTime time = time_so_far();
    run_time_ += time;
    epoch_time_ += time;
    skip_step(batches, passes);
    return;
  }
  optimizer_->step(
      {.learning_rate = learning_rate, .gradient_scale = optim::clip_scale(norm.value, options_.grad_clip)});
  state_.optimizer_steps = optimizer_->num_steps();
  state_.num_skipped_in_a_row = 0;
  state_.tokens_seen += gathered.num_targets;
  state_.epoch_loss_sum += gathered.loss_sum;
  state_.epoch_num_targets += gathered.num_targets;
  const auto num_targets = static_cast<double>(std::max<int64_t>(gathered.num_targets, 1));
  const StepTime time = time_so_far();
  run_time_ += time;
  epoch_time_ += time;
  tell(&Observer::on_step,
       StepReport{.state = state_,
                  .epoch = position.epoch,
                  .step_in_epoch = position.window / (options_.batch_size * options_.gradient_accumulation_steps),
                  .loss = gathered.loss_sum / num_targets,
                  .learning_rate = learning_rate,
                  .gradient_norm = norm.value,
                  .time = time,
                  .tokens_per_s = static_cast<double>(gathered.num_targets) / time.seconds});
}

void Trainer::follow_step(const std::atomic<bool>* stop) {
  last_evaluation_.reset();
  const bool is_due = ends_epoch() || (options_.eval_every > 0 && state_.step % options_.eval_every == 0);
  const bool is_best = evaluator_ && is_due && evaluate(stop);
  state_.is_evaluation_pending = evaluator_ && is_due && !last_evaluation_;
  if (state_.is_evaluation_pending) return;
  if (ends_epoch()) end_epoch();
  if (is_best && checkpoints_) {
    write_checkpoint(checkpoints_->best_path(), training(), state_, options_.run_files);
  }
  if (sampler_ && options_.sample_every > 0 && state_.step % options_.sample_every == 0) {
    tell(&Observer::on_sample, SampleReport{.state = state_, .text = sampler_()});
  }
}

void Trainer::skip_step(std::span<const data::Batch> batches, const PassOptions& passes) {
  NonFiniteValue value = find_non_finite(model_, parameters_, batches, passes);
  if (value.op.empty()) value.op = "gradient";  // finite in each pass, but not their sum
  ++state_.num_skipped_in_a_row;
  tell(&Observer::on_skip,
       SkipReport{.state = state_, .op = value.op, .parameter = value.parameter, .is_gradient = value.is_gradient});
  if (state_.num_skipped_in_a_row < kMaxSkippedSteps) return;
  throw NumericError(
      value.op, value.parameter, state_.step,
      fmt::format("infinite or NaN {}", value.is_gradient ? "gradient" : "output"),
      fmt::format("stopped after {} such steps in a row, none of which changed the model; try a lower --learning_rate, "
                  "or --resume from an earlier checkpoint",
                  kMaxSkippedSteps));
}

bool Trainer::evaluate(const std::atomic<bool>* stop) {
  const auto progress = [&](int64_t done, int64_t total) {
    tell(&Observer::on_evaluation_progress,
         EvaluationProgress{.state = state_, .num_batches_done = done, .num_batches = total});
  };
  last_evaluation_ = evaluator_->evaluate_unless_stopped(model_, progress, stop);
  if (!last_evaluation_) return false;
  state_.is_evaluation_pending = false;
  const double loss = last_evaluation_->loss;
  const bool is_best = std::isfinite(loss) && (!state_.best_validation_loss || loss < *state_.best_validation_loss);
  if (is_best) state_.best_validation_loss = loss;
  tell(&Observer::on_evaluation, EvaluationReport{.state = state_,
                                                  .evaluation = *last_evaluation_,
                                                  .epoch = epoch_of_last_step(),
                                                  .is_best = is_best,
                                                  .ends_epoch = ends_epoch()});
  return is_best;
}

void Trainer::end_epoch() {
  const auto num_targets = static_cast<double>(std::max<int64_t>(state_.epoch_num_targets, 1));
  tell(&Observer::on_epoch, EpochReport{.state = state_,
                                        .epoch = epoch_of_last_step(),
                                        .num_epochs = num_epochs_,
                                        .loss = state_.epoch_loss_sum / num_targets,
                                        .time = epoch_time_,
                                        .evaluation = last_evaluation_});
  if (state_.position.window != 0) return;  // the run ends inside it
  state_.epoch_loss_sum = 0;
  state_.epoch_num_targets = 0;
  epoch_time_ = {};
}

void Trainer::save() {
  if (!checkpoints_) return;
  const std::string path = checkpoints_->path_of(state_.step);
  write_checkpoint(path, training(), state_, options_.run_files);
  checkpoints_->remove_old(state_.step, options_.keep_last);
  tell(&Observer::on_checkpoint, CheckpointReport{.state = state_, .path = path});
}

void Trainer::write_final_model() const {
  if (!checkpoints_) return;
  formats::write_torch_archive(storage::join(options_.model_dir, "small_language_model.pt"),
                               formats::state_dict(parameters_, formats::Aliases::kInclude));
}

}  // namespace slm::train
