#pragma once

#include <string>
#include <string_view>

#include "slm/train/observer.h"

namespace slm::train {

// Scalars for TensorBoard: train/loss, train/learning_rate, train/gradient_norm, train/tokens_per_second at each step;
// validation/loss, validation/accuracy, validation/perplexity and, with text, validation/bits_per_byte at each
// evaluation. Each start writes a new file in the folder; one that resumes voids the later steps of earlier files.
class TensorBoardLog : public Observer {
 public:
  explicit TensorBoardLog(std::string folder);
  ~TensorBoardLog() override;
  TensorBoardLog(const TensorBoardLog&) = delete;
  TensorBoardLog& operator=(const TensorBoardLog&) = delete;

  void on_start(const StartReport& report) override;
  void on_step(const StepReport& report) override;
  void on_evaluation(const EvaluationReport& report) override;

 private:
  void write(std::string_view event);

  std::string folder_;
  std::string path_;
  int file_ = -1;  // open from on_start on
};

}  // namespace slm::train
