#include "slm/nn/norm.h"

#include "slm/ops/layer_norm.h"
#include "slm/ops/rms_norm.h"

namespace slm::nn {

Norm::Norm(ParameterStore& store, const Options& options)
    : weight_(store.add_vector(options.weight_name, options.dim, Initializer::ones())),
      eps_(options.eps),
      is_rms_(options.is_rms) {
  if (!options.bias_name.empty()) bias_ = store.add_vector(options.bias_name, options.dim, Initializer::zeros());
}

Variable Norm::operator()(const Variable& x) const {
  return is_rms_ ? ops::rms_norm(x, weight_->variable, eps_) : ops::layer_norm(x, weight_->variable, bias(), eps_);
}

ops::NormWithResidual Norm::add_and_normalize(const Variable& x, const Variable& residual) const {
  return is_rms_ ? ops::rms_norm_residual(x, residual, weight_->variable, eps_)
                 : ops::layer_norm_residual(x, residual, weight_->variable, bias(), eps_);
}

}  // namespace slm::nn
