#pragma once

#include <string>

#include "slm/nn/parameter_store.h"
#include "slm/ops/token_positions.h"

namespace slm::nn {

// Token embedding, plus a learned position embedding where the model has one.
class Embedding {
 public:
  struct Options {
    std::string token_name;
    std::string position_name;  // empty: no learned positions
    int64_t vocab_size = 0;
    int64_t max_seq_len = 0;
    int64_t dim = 0;
    Initializer token_initializer = Initializer::zeros();
    Initializer position_initializer = Initializer::zeros();
  };

  Embedding(ParameterStore& store, const Options& options);

  // tokens: (B, T) int32 -> (B, T, D)
  Variable operator()(const Tensor& tokens, const ops::TokenPositions& positions) const;

  Parameter& token_weight() const { return *token_weight_; }

 private:
  Parameter* token_weight_;
  Parameter* position_weight_ = nullptr;
};

}  // namespace slm::nn
