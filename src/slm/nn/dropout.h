#pragma once

#include "slm/autograd/variable.h"
#include "slm/nn/forward_context.h"

namespace slm::nn {

// The places in a model where dropout can happen; each has a random stream of its own per layer.
enum class DropoutPlace { kEmbedding, kAttention, kAttentionOutput, kHidden, kFeedForwardOutput };

// Dropout while training (Srivastava et al., 2014); x itself otherwise. x: (B, T, ...).
Variable dropout(const Variable& x, double probability, int layer, DropoutPlace place, const ForwardContext& context);

}  // namespace slm::nn
