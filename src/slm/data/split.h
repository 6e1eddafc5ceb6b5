#pragma once

#include "slm/data/token_source.h"

namespace slm::data {

struct Split {
  TokenSource train;
  TokenSource validation;  // empty where there is none
};

// The first floor(size * (1 - val_fraction)) tokens to train on, the rest to validate on (nanoGPT's split for 0.1).
// With val_fraction 0 there is no validation part. Throws UsageError for a fraction outside [0, 1), and Error when the
// training part is shorter than one sequence, or the validation part has no target (fewer than two tokens).
Split split_by_position(const TokenSource& source, double val_fraction, int64_t seq_len);

// The same errors for parts that were separate from the start: one to train on, one to validate on.
void check_trainable(const TokenSource& source, int64_t seq_len);
void check_scorable(const TokenSource& source);

}  // namespace slm::data
