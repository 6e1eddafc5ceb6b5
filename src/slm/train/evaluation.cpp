#include "slm/train/evaluation.h"

#include <cmath>
#include <numbers>

#include "slm/train/batch_tensors.h"

namespace slm::train {

Evaluator::Evaluator(const data::SourceMix& mix, const models::DecoderConfig& config, int64_t batch_size,
                     data::Packing packing) {
  for (const data::MixedSource& part : mix.parts()) {
    data::EvaluationWindows windows(
        part.source,
        {.seq_len = config.max_seq_len, .batch_size = batch_size, .vocab_size = config.vocab_size, .packing = packing});
    const double target_weight = part.weight ? *part.weight / static_cast<double>(windows.num_targets()) : 1;
    parts_.push_back({.windows = windows, .target_bytes = windows.target_bytes(), .target_weight = target_weight});
  }
}

Evaluation Evaluator::evaluate(const models::Decoder& model, const Progress& progress) const {
  return *evaluate_unless_stopped(model, progress, nullptr);
}

std::optional<Evaluation> Evaluator::evaluate_unless_stopped(const models::Decoder& model, const Progress& progress,
                                                             const std::atomic<bool>* stop) const {
  int64_t num_batches = 0, num_batches_done = 0;
  for (const Part& part : parts_) num_batches += part.windows.num_batches();
  double loss_sum = 0, correct_sum = 0, weight_sum = 0, byte_sum = 0;  // of the targets, times their weights
  bool has_text = true;
  Evaluation evaluation;
  for (const auto& [windows, target_bytes, target_weight] : parts_) {
    double loss_of_part = 0;
    int64_t correct_of_part = 0, targets_of_part = 0;
    for (int64_t i = 0; i < windows.num_batches(); ++i) {
      if (stop != nullptr && stop->load()) return std::nullopt;
      const BatchTensors batch = to_tensors(windows.batch(i));
      nn::ForwardContext context;
      batch.describe_to(context);
      const auto result = model.loss(batch.tokens, batch.targets, {}, context);
      loss_of_part += result.loss_sum;
      correct_of_part += result.num_correct;
      targets_of_part += result.num_targets;
      if (progress) progress(++num_batches_done, num_batches);
    }
    loss_sum += loss_of_part * target_weight;
    correct_sum += static_cast<double>(correct_of_part) * target_weight;
    weight_sum += static_cast<double>(targets_of_part) * target_weight;
    byte_sum += static_cast<double>(target_bytes.value_or(0)) * target_weight;
    has_text = has_text && target_bytes.value_or(0) > 0;
    evaluation.num_targets += targets_of_part;
  }
  evaluation.loss = loss_sum / weight_sum;
  evaluation.perplexity = std::exp(evaluation.loss);
  evaluation.accuracy = correct_sum / weight_sum;
  if (has_text) evaluation.bits_per_byte = loss_sum / (std::numbers::ln2 * byte_sum);
  return evaluation;
}

}  // namespace slm::train
