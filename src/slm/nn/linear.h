#pragma once

#include <string>

#include "slm/kernels/activation.h"
#include "slm/nn/parameter_store.h"

namespace slm::nn {

// y = activation(x W^T + b), W: (out, in).
class Linear {
 public:
  struct Options {
    std::string weight_name;
    std::string bias_name;  // empty: no bias
    int64_t in = 0;
    int64_t out = 0;
    Initializer weight_initializer = Initializer::zeros();
    Initializer bias_initializer = Initializer::zeros();
    bool is_transposed = false;  // in state dicts
  };

  Linear(ParameterStore& store, const Options& options);

  // x: (..., in) -> (..., out)
  Variable operator()(const Variable& x, kernels::Activation activation = kernels::Activation::kNone) const;

  Parameter& weight() const { return *weight_; }
  Parameter* bias() const { return bias_; }  // nullptr without one

 private:
  Parameter* weight_;
  Parameter* bias_ = nullptr;
};

}  // namespace slm::nn
