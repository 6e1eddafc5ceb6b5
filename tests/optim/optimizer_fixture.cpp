#include "optim/optimizer_fixture.h"

#include <fmt/format.h>

#include <fstream>

#include "slm/autograd/gradients.h"
#include "support/close.h"

namespace slm::test {
namespace {

Shape shape_of(const nlohmann::json& dims) {
  Shape shape;
  for (const auto& dim : dims) shape.push_back(dim.get<int64_t>());
  return shape;
}

}  // namespace

const nlohmann::json& optimizer_fixtures() {
  static const nlohmann::json fixtures = [] {
    std::ifstream file(SLM_SOURCE_DIR "/tests/fixtures/optim/optimizers.json");
    return nlohmann::json::parse(file);
  }();
  return fixtures;
}

Tensor tensor_of(const nlohmann::json& numbers, const Shape& shape, DType dtype) {
  const auto values = numbers.get<std::vector<double>>();
  return Tensor::from<double>(values, shape).to(dtype);
}

std::string Precision::name() const { return fmt::format("{}{}", slm::name(master), has_copy ? " and a copy" : ""); }

std::vector<Precision> precisions() {
  return {{.master = DType::kFloat64, .limit = 1e-12},
          {.master = DType::kFloat32, .limit = 2e-6},
          {.master = DType::kFloat32, .has_copy = true, .limit = 2e-6}};
}

ParameterSet::ParameterSet(const nlohmann::json& fixture_case, const Precision& precision) {
  for (const auto& entry : fixture_case["parameters"]) {
    const Tensor master = tensor_of(entry["before"], shape_of(entry["shape"]), precision.master);
    add(entry["name"], master, precision.has_copy);
  }
}

nn::Parameter* ParameterSet::add(std::string name, const Tensor& master, bool has_copy) {
  const bool is_matrix = master.shape().rank() == 2;
  const Tensor value = has_copy ? master.to(DType::kBFloat16) : master;
  owned_.push_back(std::make_unique<nn::Parameter>(
      nn::Parameter{.name = name,
                    .master = master,
                    .variable = Variable::parameter(value, name, master.dtype()),
                    .parts = {{.name = name, .row_begin = 0, .num_rows = master.shape()[0]}},
                    .has_weight_decay = is_matrix,
                    .is_hidden_matrix = is_matrix}));
  pointers_.push_back(owned_.back().get());
  return pointers_.back();
}

void set_gradient(const nn::Parameter& parameter, const Tensor& gradient) {
  parameter.variable.clear_grad();
  Gradients().assign(parameter.variable, gradient.clone());
}

void expect_same_as_fixture(const nlohmann::json& fixture_case, const ParameterSet& set, optim::Optimizer& optimizer,
                            const Precision& precision, double gradient_scale) {
  const double learning_rate = optimizer_fixtures()["learning_rate"];
  for (const auto& gradients : fixture_case["gradients"]) {
    for (size_t i = 0; i < set.parameters().size(); ++i) {
      const Tensor gradient = tensor_of(gradients[i], set[i].master.shape(), DType::kFloat64);
      for (double& value : gradient.span<double>()) value /= gradient_scale;
      set_gradient(set[i], gradient.to(precision.master));
    }
    optimizer.step({.learning_rate = learning_rate, .gradient_scale = gradient_scale});
  }
  for (size_t i = 0; i < set.parameters().size(); ++i) {
    SCOPED_TRACE(set[i].name);
    const Tensor want = tensor_of(fixture_case["parameters"][i]["after"], set[i].master.shape(), DType::kFloat64);
    EXPECT_TRUE(close(set[i].master, want, precision.limit));
    if (precision.has_copy) {
      EXPECT_TRUE(same_bits(set[i].variable.value(), set[i].master.to(DType::kBFloat16)));
    }
  }
}

}  // namespace slm::test
