#include "slm/optim/gradient_norm.h"

#include <algorithm>
#include <cmath>

#include "slm/kernels/squared_norm.h"

namespace slm::optim {

GradientNorm gradient_norm(Parameters parameters) {
  const Tensor sum = Tensor::empty({1}, DType::kFloat64);
  GradientNorm norm;
  double total = 0;
  for (const nn::Parameter* parameter : parameters) {
    const Tensor grad = parameter->variable.grad();
    if (!grad) continue;
    kernels::squared_norm(grad.device(), grad.dtype(), {.x = grad.view(), .sum = sum.view()});
    const double squared = *sum.data<double>();
    if (norm.non_finite == nullptr && !std::isfinite(squared)) norm.non_finite = parameter;
    total += squared;
  }
  norm.value = std::sqrt(total);
  return norm;
}

double clip_scale(double norm, double max_norm) { return max_norm > 0 ? std::min(1.0, max_norm / (norm + 1e-6)) : 1.0; }

}  // namespace slm::optim
