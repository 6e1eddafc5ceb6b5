#pragma once

#include <memory>
#include <string>

#include "slm/tensor/tensor.h"

namespace slm {

// Where the gradient of one variable gathers. Held apart from the value, so that the tape keeps no value alive that no
// backward closure saved.
struct GradNode {
  std::string name;  // of a parameter; empty for an intermediate result
  Shape shape;
  DType dtype;  // of the gradient: fp32 for a bf16 parameter
  Device device = Device::kCpu;
  bool is_parameter = false;
  Tensor grad;            // a parameter keeps a buffer from step to step
  bool has_grad = false;  // whether `grad` holds a gradient that the next one adds to
};

// A tensor that gradients may flow to. Copies share the gradient. A default-constructed variable is absent.
class Variable {
 public:
  Variable() = default;
  // A constant: no gradient flows to it.
  explicit Variable(Tensor value) : value_(std::move(value)) {}

  // A leaf whose gradient is wanted, of dtype `grad_dtype`, in a buffer that lives as long as the variable.
  static Variable parameter(Tensor value, std::string name, DType grad_dtype);
  // The result of an op; gradients flow through it.
  static Variable intermediate(Tensor value);

  explicit operator bool() const { return static_cast<bool>(value_); }
  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  DType dtype() const { return value_.dtype(); }
  Device device() const { return value_.device(); }
  kernels::View view() const { return value_ ? value_.view() : kernels::View{}; }

  bool requires_grad() const { return node_ != nullptr; }
  // The gradient handle without the value: what a backward closure captures when it does not need the value.
  const std::shared_ptr<GradNode>& node() const { return node_; }

  // The gradient gathered so far; absent before the first backward pass.
  Tensor grad() const { return node_ && node_->has_grad ? node_->grad : Tensor(); }
  // The next gradient overwrites the present one instead of adding to it. Keeps the buffer.
  void clear_grad() const {
    if (node_) node_->has_grad = false;
  }

 private:
  Tensor value_;
  std::shared_ptr<GradNode> node_;
};

}  // namespace slm
