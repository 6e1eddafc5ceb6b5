#pragma once

#include "slm/data/token_source.h"

namespace slm::data {

inline constexpr int64_t kNumDummyTokens = 10000;

// `--data dummy`: uniformly random ids below `vocab_size`, the ones that PyTorch draws for this seed. Nothing can be
// learned from them beyond their frequencies; they show what a model costs and that a run works.
TokenSource dummy_tokens(uint64_t seed, int32_t vocab_size, int64_t count = kNumDummyTokens);

}  // namespace slm::data
