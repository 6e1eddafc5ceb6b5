#include "slm/optim/optimizer.h"

namespace slm::optim {

void clear_gradients(Parameters parameters) {
  for (const nn::Parameter* parameter : parameters) parameter->variable.clear_grad();
}

kernels::View compute_copy(const nn::Parameter& parameter) {
  const bool has_copy = parameter.variable.dtype() != parameter.master.dtype();
  return has_copy ? parameter.variable.value().view() : kernels::View{};
}

}  // namespace slm::optim
