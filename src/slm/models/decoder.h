#pragma once

#include <optional>
#include <vector>

#include "slm/models/decoder_config.h"
#include "slm/models/decoder_layout.h"
#include "slm/nn/block.h"
#include "slm/nn/embedding.h"
#include "slm/nn/forward_context.h"
#include "slm/nn/parameter_store.h"
#include "slm/ops/linear_cross_entropy.h"

namespace slm::models {

// A causal Transformer language model.
class Decoder {
 public:
  // Draws the parameters as the family's reference implementation does, from `seed`. Throws UsageError (see validate).
  Decoder(const DecoderConfig& config, nn::ComputeType compute_type, uint64_t seed);

  // tokens: (B, T) int32 -> (B, T, D), what the output layer reads. T is at most max_seq_len with learned positions.
  Variable hidden_states(const Tensor& tokens, const nn::ForwardContext& context) const;

  struct LossOptions {
    double scale = 1;  // the loss is scale * sum over targets; 1 / (targets of the whole step) gives a mean
    double label_smoothing = 0;
  };
  // Cross-entropy of the next tokens. targets: (B, T) int32, -1 where there is none.
  ops::CrossEntropyResult loss(const Tensor& tokens, const Tensor& targets, const LossOptions& options,
                               const nn::ForwardContext& context) const;

  // The output layer. hidden: (..., D) -> (..., V) in fp32 (fp64 for an fp64 model).
  Tensor logits(const Variable& hidden) const;

  const DecoderConfig& config() const { return config_; }
  nn::ComputeType compute_type() const { return store_.compute_type(); }
  std::vector<nn::Parameter*> parameters() const { return store_.parameters(); }

 private:
  const Variable& output_weight() const;
  Variable output_bias() const;

  DecoderConfig config_;
  nn::ParameterStore store_;
  double embedding_dropout_;
  Tensor rope_table_;  // for max_seq_len positions; absent with learned positions
  std::optional<nn::Embedding> embedding_;
  std::vector<nn::Block> blocks_;
  std::optional<nn::Norm> final_norm_;
  std::optional<nn::Linear> output_;  // absent when tied
};

}  // namespace slm::models
