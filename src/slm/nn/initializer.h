#pragma once

#include <cstdint>

#include "slm/core/philox.h"
#include "slm/tensor/tensor.h"

namespace slm::nn {

// How a parameter's first values are drawn.
class Initializer {
 public:
  static Initializer zeros() { return constant(0); }
  static Initializer ones() { return constant(1); }
  static Initializer constant(double value) { return {Kind::kConstant, value}; }
  static Initializer normal(double standard_deviation) { return {Kind::kNormal, standard_deviation}; }
  static Initializer uniform(double bound) { return {Kind::kUniform, bound}; }  // in [-bound, bound)

  // What torch.nn.Linear does to weight and bias: kaiming_uniform_(a=sqrt(5)), i.e. uniform within 1/sqrt(fan_in).
  static Initializer torch_linear(int64_t fan_in);
  // Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
  static Initializer xavier_uniform(int64_t fan_in, int64_t fan_out);

  // Fills a floating-point tensor. Element i depends on `random` and i alone.
  void fill(const Tensor& tensor, const RandomStream& random) const;

 private:
  enum class Kind { kConstant, kNormal, kUniform };

  Initializer(Kind kind, double value) : kind_(kind), value_(value) {}

  Kind kind_;
  double value_;
};

}  // namespace slm::nn
