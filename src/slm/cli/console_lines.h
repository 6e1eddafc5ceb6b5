#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slm::cli {

// The lines of a training run on standard output.

struct StepLine {
  int64_t epoch = 1;  // from 1
  int64_t batch = 0;  // in its epoch, from 0
  double loss = 0;
  double learning_rate = 0;
  double grad_norm = 0;
  double tokens_per_s = 0;
  std::optional<double> share_of_peak;  // of the matrix peak, 0 to 1
  std::string precision;                // "fp32", "bf16"
};
// "Epoch 1, Batch 10, Loss: 4.8762 | lr 5.0e-05 | norm 0.91 | 1,612 tok/s | 71% of bf16 peak"
std::string format_step(const StepLine& line);

struct EpochLine {
  int64_t epoch = 1;
  int64_t num_epochs = 1;
  double loss = 0;  // mean over the epoch's batches
  std::optional<double> val_loss, accuracy, perplexity, bits_per_byte;
};
// "Epoch 1/10, Loss: 4.5123, Val Loss: 4.4100, Accuracy: 23.51%, Perplexity: 82.3", and ", Bits per byte: 1.912" where
// the text is known.
std::string format_epoch(const EpochLine& line);

// "waited for data: 0.02% of 612 s of training"
std::string format_wait(double seconds_waited, double seconds);

}  // namespace slm::cli
