#pragma once

#include <string>

#include "slm/models/decoder_layout.h"

namespace slm::models {

// How a family names and starts what lies around its blocks. Names are without ".weight" and ".bias".
struct OuterLayers {
  std::string token_embedding, position_embedding, final_norm, output;
  nn::Initializer embedding_initializer;
  nn::Initializer output_weight_initializer;
  nn::Initializer output_bias_initializer = nn::Initializer::zeros();
};

// Fills in the embeddings, the norm behind the last block (where norms come first) and the output layer or its tie.
void set_outer_layers(DecoderLayout& layout, const DecoderConfig& config, const OuterLayers& outer);

}  // namespace slm::models
