#include "slm/cli/console_observer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "slm/cli/console_lines.h"
#include "slm/core/quantities.h"

namespace slm::cli {
namespace {

constexpr double kMaxShareWaited = 0.01, kMinSecondsToJudge = 10;  // the first batch alone is none of the disk's faults

}  // namespace

ConsoleObserver::ConsoleObserver(ConsoleOptions options)
    : options_(std::move(options)), bar_("train", !options_.is_quiet) {}

void ConsoleObserver::print(const std::string& line) {
  if (options_.is_quiet) return;
  bar_.hide();
  std::cout << line << std::endl;
}

void ConsoleObserver::on_start(const train::StartReport& report) {
  num_steps_ = report.num_steps;
  if (!report.is_resumed) return;
  if (report.state.step < num_steps_ || report.state.is_evaluation_pending) {
    print(fmt::format("resuming after step {} of {}", report.state.step, num_steps_));
    return;
  }
  bar_.hide();
  std::cerr << fmt::format(
                   "slm: warning: nothing is left to train: {} ({}) done; a larger --max_steps or "
                   "--epochs goes on",
                   counted(report.state.step, "step"), counted(report.state.position.epoch, "epoch"))
            << std::endl;
}

void ConsoleObserver::on_step(const train::StepReport& report) {
  StepLine line = {.epoch = report.epoch + 1,
                   .batch = report.step_in_epoch,
                   .loss = report.loss,
                   .learning_rate = report.learning_rate,
                   .grad_norm = report.gradient_norm,
                   .tokens_per_s = report.tokens_per_s,
                   .share_of_peak = {},
                   .precision = options_.precision};
  if (options_.peak_flops_per_s > 0) {
    // The peak was measured once; where the machine was busy then, a faster step is the better measurement.
    const double flops_per_s = report.tokens_per_s * options_.flops_per_token;
    options_.peak_flops_per_s = std::max(options_.peak_flops_per_s, flops_per_s);
    line.share_of_peak = flops_per_s / options_.peak_flops_per_s;
  }
  if (report.step_in_epoch % options_.log_every == 0) print(format_step(line));
  bar_.update(report.state.step, num_steps_,
              fmt::format("step {}/{}  loss {:.4f}  {} tok/s", report.state.step, num_steps_, report.loss,
                          with_thousands(static_cast<int64_t>(report.tokens_per_s))));
}

void ConsoleObserver::on_skip(const train::SkipReport& report) {
  bar_.hide();
  std::cerr << fmt::format("slm: warning: step {} skipped: [{}] gave a {} that is not finite{}", report.state.step,
                           report.op, report.is_gradient ? "gradient" : "value",
                           report.parameter.empty() ? "" : fmt::format(" in '{}'", report.parameter))
            << std::endl;
}

void ConsoleObserver::on_evaluation_progress(const train::EvaluationProgress& progress) {
  if (!evaluation_bar_) evaluation_bar_.emplace("validate", !options_.is_quiet);
  evaluation_bar_->update(progress.num_batches_done, progress.num_batches,
                          fmt::format("after step {}", progress.state.step));
  if (progress.num_batches_done == progress.num_batches) evaluation_bar_.reset();
}

void ConsoleObserver::on_evaluation(const train::EvaluationReport& report) {
  if (report.ends_epoch) return;  // the epoch's line says it
  print(fmt::format("Step {}, Val Loss: {:.4f}, Accuracy: {:.2f}%, Perplexity: {:.1f}", report.state.step,
                    report.evaluation.loss, report.evaluation.accuracy * 100, report.evaluation.perplexity));
}

void ConsoleObserver::on_epoch(const train::EpochReport& report) {
  EpochLine line = {.epoch = report.epoch + 1,
                    .num_epochs = report.num_epochs,
                    .loss = report.loss,
                    .val_loss = {},
                    .accuracy = {},
                    .perplexity = {},
                    .bits_per_byte = {}};
  if (report.evaluation) {
    line.val_loss = report.evaluation->loss;
    line.accuracy = report.evaluation->accuracy;
    line.perplexity = report.evaluation->perplexity;
    line.bits_per_byte = report.evaluation->bits_per_byte;
  }
  print(format_epoch(line));
  const double share_waited = report.time.share_waited();
  if (share_waited <= kMaxShareWaited || report.time.seconds < kMinSecondsToJudge) return;
  bar_.hide();
  std::cerr << fmt::format(
                   "slm: warning: epoch {} waited {:.1f}% of its time for data: is it on a slow or busy disk? copy it "
                   "to a local one",
                   report.epoch + 1, share_waited * 100)
            << std::endl;
}

void ConsoleObserver::on_sample(const train::SampleReport& report) {
  print(fmt::format("--- sample after step {} ---\n{}\n---", report.state.step, report.text));
}

void ConsoleObserver::on_finish(const train::FinishReport& report) {
  evaluation_bar_.reset();  // of an evaluation that was stopped
  print(format_wait(report.time.seconds_waited, report.time.seconds));
  bar_.hide();
  if (report.reason == train::StopReason::kFinished) return;
  std::cerr << fmt::format("slm: stopped after step {} of {}; --resume goes on from here", report.state.step,
                           num_steps_)
            << std::endl;
}

}  // namespace slm::cli
