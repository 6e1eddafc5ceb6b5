#pragma once

#include "slm/models/decoder_config.h"
#include "slm/nn/block.h"
#include "slm/nn/embedding.h"

namespace slm::models {

// The modules of a decoder as options: sizes, state-dict names and initialisation, which are all that the families
// differ in. Weights that exist only in a mix are named as the family would name them.
struct DecoderLayout {
  nn::Embedding::Options embedding;
  double embedding_dropout = 0;
  std::vector<nn::Block::Options> blocks;
  nn::Norm::Options final_norm;  // without a name: there is none
  nn::Linear::Options output;    // without a name: the token embedding's weight
  std::string tied_output_name;  // what state dicts call the output layer when it is tied; may be empty

  // Names of the parts of the fused parameters of one block; empty where the family stores them fused.
  struct BlockParts {
    std::vector<nn::ParameterStore::NamedRows> qkv_weight, qkv_bias, up_weight, up_bias;
  };
  std::vector<BlockParts> block_parts;
};

DecoderLayout classic_layout(const DecoderConfig& config);  // torch.nn.TransformerEncoder's names
DecoderLayout gpt2_layout(const DecoderConfig& config);     // Hugging Face GPT2LMHeadModel's
DecoderLayout llama_layout(const DecoderConfig& config);    // Hugging Face LlamaForCausalLM's and Qwen3ForCausalLM's

DecoderLayout layout_of(const DecoderConfig& config);

}  // namespace slm::models
