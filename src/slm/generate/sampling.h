#pragma once

#include <cstdint>
#include <span>

#include "slm/core/philox.h"

namespace slm::generate {

// How the next token is chosen from the logits. Steps are applied in the order of the fields, as Hugging Face's
// `generate` does, each to what the one before it left.
struct SamplingOptions {
  double repetition_penalty = 1;  // over 1: tokens that occur already become less likely (arXiv:1909.05858); 1: off
  double temperature = 1;         // logits are divided by it; 0: the most likely token, always
  int64_t top_k = 0;              // keep the k most likely tokens (and those as likely as the last of them); 0: all
  double top_p = 1;               // keep the fewest tokens that have this much of the probability together; 1: all
  double min_p = 0;               // keep tokens at least this fraction as likely as the most likely one; 0: all
};

// Throws UsageError that names the first value that cannot be.
void validate(const SamplingOptions& options);

// Each changes the logits of one position in place; -inf marks what can no longer be chosen.

// Divides positive logits of the tokens in `seen` by the penalty and multiplies negative ones; each token once.
void penalize_repetition(std::span<float> logits, std::span<const int32_t> seen, double penalty);
void divide_by_temperature(std::span<float> logits, double temperature);
void keep_top_k(std::span<float> logits, int64_t k);
// Among equal logits the smaller ids stay.
void keep_top_p(std::span<float> logits, double p);
void keep_min_p(std::span<float> logits, double p);

// The most likely token; the smallest id among equals. Throws NumericError where no logit is finite or one is NaN.
int32_t most_likely(std::span<const float> logits);

// Draws from softmax(logits): the token at which the cumulative probability, in the order of ids, passes `uniform`,
// which is in [0, 1). Throws NumericError where no logit is finite or one is NaN.
int32_t draw(std::span<const float> logits, double uniform);

// All of the above, with number `index` of `random` for the draw. Changes the logits.
int32_t choose_token(std::span<float> logits, std::span<const int32_t> seen, const SamplingOptions& options,
                     const RandomStream& random, uint64_t index);

}  // namespace slm::generate
