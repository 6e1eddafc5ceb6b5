#pragma once

#include <cstdint>
#include <optional>

#include "slm/data/evaluation_windows.h"
#include "slm/models/decoder.h"

namespace slm::train {

// How well a model predicts every token of a source but the first.
struct Evaluation {
  double loss = 0;        // mean over the targets, in nats
  double perplexity = 0;  // exp(loss)
  double accuracy = 0;    // the part of the targets that no other token is likelier than, 0 to 1
  int64_t num_targets = 0;
  std::optional<double> bits_per_byte;  // of the text that the targets stand for, where there is one
};

// Evaluates on one source, any number of times.
class Evaluator {
 public:
  // Takes batches of `batch_size` windows of the model's max_seq_len. Throws what EvaluationWindows throws.
  Evaluator(data::TokenSource source, const models::DecoderConfig& config, int64_t batch_size);

  Evaluation evaluate(const models::Decoder& model) const;

 private:
  data::EvaluationWindows windows_;
  std::optional<int64_t> target_bytes_;
};

}  // namespace slm::train
