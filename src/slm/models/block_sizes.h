#pragma once

#include "slm/kernels/activation.h"
#include "slm/models/decoder_config.h"
#include "slm/nn/block.h"

namespace slm::models {

// A block's options with every size and kind set and every name empty.
nn::Block::Options sized_block(const DecoderConfig& config, int layer);

bool is_gated(const DecoderConfig& config);  // the feed-forward has a gate: swiglu

}  // namespace slm::models
