#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "slm/data/evaluation_windows.h"
#include "slm/data/source_mix.h"
#include "slm/models/decoder.h"

namespace slm::train {

// How well a model predicts the tokens of a source: all but the first, and with documents kept apart all but the first
// of each. Of several sources with weights, losses and accuracy are the weighted means of theirs.
struct Evaluation {
  double loss = 0;        // mean over the targets, in nats
  double perplexity = 0;  // exp(loss)
  double accuracy = 0;    // the part of the targets that no other token is likelier than, 0 to 1
  int64_t num_targets = 0;
  std::optional<double> bits_per_byte;  // of the text that the targets stand for, where there is one
};

// Evaluates on a source or a mix of several, any number of times.
class Evaluator {
 public:
  // Takes batches of `batch_size` windows of the model's max_seq_len. Throws what EvaluationWindows throws.
  Evaluator(const data::SourceMix& mix, const models::DecoderConfig& config, int64_t batch_size,
            data::Packing packing = data::Packing::kStream);

  // Is told the number of batches done and of all, after each batch.
  using Progress = std::function<void(int64_t done, int64_t total)>;

  Evaluation evaluate(const models::Decoder& model, const Progress& progress = {}) const;
  // Nothing where `*stop` becomes true before the last batch is done.
  std::optional<Evaluation> evaluate_unless_stopped(const models::Decoder& model, const Progress& progress,
                                                    const std::atomic<bool>* stop) const;

 private:
  struct Part {
    data::EvaluationWindows windows;
    std::optional<int64_t> target_bytes;
    double target_weight;  // that each of its targets has
  };
  std::vector<Part> parts_;
};

}  // namespace slm::train
