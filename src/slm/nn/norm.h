#pragma once

#include <string>

#include "slm/nn/parameter_store.h"
#include "slm/ops/norm_with_residual.h"

namespace slm::nn {

// LayerNorm (arXiv:1607.06450) or RMSNorm (arXiv:1910.07467) over the last dimension.
class Norm {
 public:
  struct Options {
    std::string weight_name;
    std::string bias_name;  // LayerNorm only; empty: no bias
    int64_t dim = 0;
    double eps = 1e-5;
    bool is_rms = false;
  };

  Norm(ParameterStore& store, const Options& options);

  Variable operator()(const Variable& x) const;
  // The norm of x + residual, with that sum.
  ops::NormWithResidual add_and_normalize(const Variable& x, const Variable& residual) const;

 private:
  Variable bias() const { return bias_ == nullptr ? Variable() : bias_->variable; }

  Parameter* weight_;
  Parameter* bias_ = nullptr;
  double eps_;
  bool is_rms_;
};

}  // namespace slm::nn
