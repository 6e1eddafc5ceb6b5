#include "slm/nn/embedding.h"

#include "slm/ops/embedding.h"

namespace slm::nn {

Embedding::Embedding(ParameterStore& store, const Options& options)
    : token_weight_(
          store.add_matrix(options.token_name, options.vocab_size, options.dim, options.token_initializer, {})) {
  if (options.position_name.empty()) return;
  position_weight_ =
      store.add_matrix(options.position_name, options.max_seq_len, options.dim, options.position_initializer, {});
}

Variable Embedding::operator()(const Tensor& tokens, const ops::TokenPositions& positions) const {
  const Variable position_weight = position_weight_ == nullptr ? Variable() : position_weight_->variable;
  return ops::embedding(token_weight_->variable, position_weight, tokens, positions);
}

}  // namespace slm::nn
