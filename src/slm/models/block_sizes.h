#pragma once

#include "slm/kernels/activation.h"
#include "slm/models/decoder_config.h"
#include "slm/nn/block.h"

namespace slm::models {

// A block's options with every size and kind set and every name empty.
nn::Block::Options sized_block(const DecoderConfig& config, int layer);

// Names a norm's weight and, where the configuration has one, its bias: "<stem>.weight", "<stem>.bias".
void name_norm(nn::Norm::Options& norm, const DecoderConfig& config, const std::string& stem);

bool is_gated(const DecoderConfig& config);  // the feed-forward has a gate: swiglu

}  // namespace slm::models
