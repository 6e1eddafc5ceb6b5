#include "slm/autograd/gradients.h"

#include "slm/kernels/add.h"

namespace slm {

kernels::GradView Gradients::of(const Node& node) {
  if (node == nullptr) return {};
  const bool accumulate = node->has_grad;
  if (!node->grad) {
    node->grad = Tensor::empty(node->shape, node->dtype, node->device);
  } else if (accumulate && node->grad.shares_storage()) {
    node->grad = node->grad.clone();  // another variable, or a saved tensor, still reads it
  }
  node->has_grad = true;
  return {node->grad.view(), accumulate};
}

void Gradients::assign(const Node& node, const Tensor& dx) {
  if (node == nullptr) return;
  check_shape("backward", "gradient", dx.shape(), node->shape);
  // A parameter's gradient outlives the step: it takes over dx only where nobody else will write to it.
  if (!node->has_grad && (!node->is_parameter || !dx.shares_storage()) && dx.dtype() == node->dtype) {
    node->grad = dx;
    node->has_grad = true;
    return;
  }
  const kernels::GradView target = of(node);
  if (target.accumulate) {
    kernels::add(node->device, node->dtype, {target.view, dx.view(), target.view});
  } else {
    node->grad.copy_from(dx);
  }
}

}  // namespace slm
