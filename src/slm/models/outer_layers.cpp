#include "slm/models/outer_layers.h"

#include "slm/models/block_sizes.h"

namespace slm::models {

void set_outer_layers(DecoderLayout& layout, const DecoderConfig& config, const OuterLayers& outer) {
  layout.embedding = {
      .token_name = outer.token_embedding + ".weight",
      .position_name = config.position == Position::kLearned ? outer.position_embedding + ".weight" : std::string(),
      .vocab_size = config.vocab_size,
      .max_seq_len = config.max_seq_len,
      .dim = config.embed_dim,
      .token_initializer = outer.embedding_initializer,
      .position_initializer = outer.embedding_initializer};
  layout.final_norm = sized_block(config, 0).attention_norm;
  if (config.norm_placement == NormPlacement::kPre) name_norm(layout.final_norm, config, outer.final_norm);
  if (config.tie_embeddings) {
    layout.tied_output_name = outer.output + ".weight";
    return;
  }
  layout.output.in = config.embed_dim;
  layout.output.out = config.vocab_size;
  layout.output.weight_name = outer.output + ".weight";
  if (config.has_output_bias) layout.output.bias_name = outer.output + ".bias";
  layout.output.weight_initializer = outer.output_weight_initializer;
  layout.output.bias_initializer = outer.output_bias_initializer;
}

}  // namespace slm::models
