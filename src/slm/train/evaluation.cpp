#include "slm/train/evaluation.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "slm/train/batch_tensors.h"

namespace slm::train {

Evaluator::Evaluator(data::TokenSource source, const models::DecoderConfig& config, int64_t batch_size)
    : windows_(std::move(source),
               {.seq_len = config.max_seq_len, .batch_size = batch_size, .vocab_size = config.vocab_size}),
      target_bytes_(windows_.target_bytes()) {}

Evaluation Evaluator::evaluate(const models::Decoder& model) const {
  double loss_sum = 0;
  int64_t num_correct = 0, num_targets = 0;
  for (int64_t i = 0; i < windows_.num_batches(); ++i) {
    const BatchTensors batch = to_tensors(windows_.batch(i));
    const auto result = model.loss(batch.tokens, batch.targets, {}, {});
    loss_sum += result.loss_sum;
    num_correct += result.num_correct;
    num_targets += result.num_targets;
  }
  const auto count = static_cast<double>(num_targets);
  Evaluation evaluation{.loss = loss_sum / count,
                        .perplexity = std::exp(loss_sum / count),
                        .accuracy = static_cast<double>(num_correct) / count,
                        .num_targets = num_targets,
                        .bits_per_byte = {}};
  if (target_bytes_ && *target_bytes_ > 0) {
    evaluation.bits_per_byte = loss_sum / (std::numbers::ln2 * static_cast<double>(*target_bytes_));
  }
  return evaluation;
}

}  // namespace slm::train
