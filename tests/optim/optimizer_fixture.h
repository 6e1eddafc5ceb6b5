#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "slm/optim/optimizer.h"

namespace slm::test {

// tests/fixtures/optim/optimizers.json: what PyTorch computes, in fp64.
const nlohmann::json& optimizer_fixtures();

// The numbers of a JSON array, as a tensor of `dtype`.
Tensor tensor_of(const nlohmann::json& numbers, const Shape& shape, DType dtype);

// Which numbers an optimizer under test works in.
struct Precision {
  DType master;
  bool has_copy = false;  // ops read a bf16 copy
  double limit;           // of the error that close() defines

  std::string name() const;
};
// fp64 to all but rounding; fp32 to a few roundings of each step.
std::vector<Precision> precisions();

// Owns the parameters of one case.
class ParameterSet {
 public:
  // Matrices have weight decay and are hidden, vectors are neither.
  ParameterSet(const nlohmann::json& fixture_case, const Precision& precision);

  // A parameter of normal numbers.
  nn::Parameter* add(std::string name, const Tensor& master, bool has_copy = false);

  optim::Parameters parameters() const { return pointers_; }
  nn::Parameter& operator[](size_t i) const { return *pointers_[i]; }

  ParameterSet() = default;

 private:
  std::vector<std::unique_ptr<nn::Parameter>> owned_;
  std::vector<nn::Parameter*> pointers_;
};

// Makes `gradient` the parameter's gradient.
void set_gradient(const nn::Parameter& parameter, const Tensor& gradient);

// Does all steps of the case with gradients divided by `gradient_scale`, and compares the parameters with the
// fixture's.
void expect_same_as_fixture(const nlohmann::json& fixture_case, const ParameterSet& set, optim::Optimizer& optimizer,
                            const Precision& precision, double gradient_scale = 1);

}  // namespace slm::test
