#include "slm/autograd/variable.h"

namespace slm {

Variable Variable::parameter(Tensor value, std::string name, DType grad_dtype) {
  Variable variable(std::move(value));
  variable.node_ = std::make_shared<GradNode>(GradNode{.name = std::move(name),
                                                       .shape = variable.shape(),
                                                       .dtype = grad_dtype,
                                                       .device = variable.device(),
                                                       .is_parameter = true,
                                                       .grad = {}});
  return variable;
}

Variable Variable::intermediate(Tensor value) {
  Variable variable(std::move(value));
  variable.node_ = std::make_shared<GradNode>(GradNode{
      .name = {}, .shape = variable.shape(), .dtype = variable.dtype(), .device = variable.device(), .grad = {}});
  return variable;
}

}  // namespace slm
