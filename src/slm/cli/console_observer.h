#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/cli/progress_bar.h"
#include "slm/train/observer.h"

namespace slm::cli {

struct ConsoleOptions {
  int64_t log_every = 10;       // batches between two lines
  bool is_quiet = false;        // no lines and no bar; warnings are printed all the same
  std::string precision;        // "fp32", "bf16"
  double flops_per_token = 0;   // of a training step
  double peak_flops_per_s = 0;  // of the machine; 0: no share of it is printed
};

// What a person sees of a run: lines on standard output, a progress bar and warnings on standard error.
class ConsoleObserver final : public train::Observer {
 public:
  explicit ConsoleObserver(ConsoleOptions options);

  void on_start(const train::StartReport& report) override;
  void on_step(const train::StepReport& report) override;
  void on_skip(const train::SkipReport& report) override;
  void on_epoch(const train::EpochReport& report) override;
  void on_evaluation_progress(const train::EvaluationProgress& progress) override;
  void on_evaluation(const train::EvaluationReport& report) override;
  void on_sample(const train::SampleReport& report) override;
  void on_finish(const train::FinishReport& report) override;

 private:
  void print(const std::string& line);

  ConsoleOptions options_;
  ProgressBar bar_;
  std::optional<ProgressBar> evaluation_bar_;  // while there is one
  int64_t num_steps_ = 0;
};

}  // namespace slm::cli
