#pragma once

#include <optional>
#include <string>
#include <utility>

#include "slm/storage/line_log.h"
#include "slm/train/observer.h"

namespace slm::train {

// metrics.jsonl: one JSON object per line.
//   a step        {"step", "epoch", "tokens", "loss", "lr", "grad_norm", "tokens_per_s", "wait_s"}
//   a skip        {"step", "tokens", "skipped": op, "parameter"}
//   an evaluation {"step", "epoch", "tokens", "val_loss", "val_accuracy", "perplexity", "bits_per_byte"}
//   an epoch      {"step", "epoch", "tokens", "train_loss", "train_s", "wait_s"}
// Times are in seconds, of steps alone; wait_s is the part of them in which training waited for data. Those of an epoch
// begin anew when a run is resumed. Steps and epochs count from 1; bits_per_byte is left out without text. A resumed
// run drops what the file says about later steps than the one it goes on from, and writes it again; so it does with the
// evaluation after that step where that is pending.
class MetricsLog : public Observer {
 public:
  explicit MetricsLog(std::string path) : path_(std::move(path)) {}

  void on_start(const StartReport& report) override;
  void on_step(const StepReport& report) override;
  void on_skip(const SkipReport& report) override;
  void on_evaluation(const EvaluationReport& report) override;
  void on_epoch(const EpochReport& report) override;
  void on_checkpoint(const CheckpointReport&) override { log_->sync(); }
  void on_finish(const FinishReport&) override { log_->sync(); }

 private:
  std::string path_;
  std::optional<storage::LineLog> log_;  // open from on_start on
};

}  // namespace slm::train
