#pragma once

#include <memory>

#include "slm/autograd/variable.h"

namespace slm {

// What a backward closure writes its input gradients to.
class Gradients {
 public:
  using Node = std::shared_ptr<GradNode>;

  // Where the gradient of x goes: absent when x wants none, to be overwritten when it is the first, else added to.
  // The closure must then write all of it.
  kernels::GradView of(const Variable& x) { return of(x.node()); }
  kernels::GradView of(const Node& node);

  // dx is the gradient, or a part of it, as it stands: taken over without a copy where x has none yet, else added.
  void assign(const Variable& x, const Tensor& dx) { assign(x.node(), dx); }
  void assign(const Node& node, const Tensor& dx);
};

}  // namespace slm
