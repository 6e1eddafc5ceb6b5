#include "slm/nn/linear.h"

#include "slm/ops/linear.h"

namespace slm::nn {

Linear::Linear(ParameterStore& store, const Options& options)
    : weight_(store.add_matrix(options.weight_name, options.out, options.in, options.weight_initializer,
                               {.is_hidden = true, .is_transposed = options.is_transposed})) {
  if (!options.bias_name.empty()) bias_ = store.add_vector(options.bias_name, options.out, options.bias_initializer);
}

Variable Linear::operator()(const Variable& x, kernels::Activation activation) const {
  return ops::linear(x, weight_->variable, bias_ == nullptr ? Variable() : bias_->variable, activation);
}

}  // namespace slm::nn
