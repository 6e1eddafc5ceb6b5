#include "support/gradient_check.h"

#include <string>

#include "slm/autograd/tape.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::test {
namespace {

constexpr double kStep = 1e-5;

Tensor weights_for(const Variable& output, size_t index) {
  return normal_inputs(output.shape(), DType::kFloat64, 900 + index);
}

double weighted_sum(const DifferentiableFunction& fn, const std::vector<Tensor>& inputs) {
  std::vector<Variable> constants(inputs.begin(), inputs.end());
  const std::vector<Variable> outputs = fn(constants);
  double sum = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor weights = weights_for(outputs[i], i);
    for (int64_t e = 0; e < weights.num_elements(); ++e)
      sum += weights.data<double>()[e] * outputs[i].value().data<double>()[e];
  }
  return sum;
}

// <output, weights> as an op of its own, so that one backward pass serves several outputs.
Variable total(const std::vector<Variable>& outputs) {
  const Tensor sum = Tensor::zeros({1}, DType::kFloat64);
  std::vector<Gradients::Node> nodes;
  for (const Variable& output : outputs) nodes.push_back(output.node());
  const Variable result = Variable::intermediate(sum);
  Tape::active()->add_entry("total", {&result, 1}, outputs, [nodes, outputs](std::span<Tensor>, Gradients& grads) {
    for (size_t i = 0; i < nodes.size(); ++i) grads.assign(nodes[i], weights_for(outputs[i], i));
  });
  return result;
}

}  // namespace

testing::AssertionResult gradients_match(const DifferentiableFunction& fn, std::vector<Tensor> inputs, double limit) {
  std::vector<Variable> parameters;
  for (size_t i = 0; i < inputs.size(); ++i) {
    parameters.push_back(Variable::parameter(inputs[i].clone(), "input " + std::to_string(i), DType::kFloat64));
  }
  {
    Tape tape;
    tape.backward(total(fn(parameters)));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!parameters[i].grad()) return testing::AssertionFailure() << "no gradient reached input " << i;
    const Tensor want = Tensor::empty(inputs[i].shape(), DType::kFloat64);
    for (int64_t e = 0; e < want.num_elements(); ++e) {
      double& element = inputs[i].data<double>()[e];
      const double at = element;
      element = at + kStep;
      const double above = weighted_sum(fn, inputs);
      element = at - kStep;
      const double below = weighted_sum(fn, inputs);
      element = at;
      want.data<double>()[e] = (above - below) / (2 * kStep);
    }
    const testing::AssertionResult result = close(parameters[i].grad(), want, limit);
    if (!result) return testing::AssertionFailure() << "input " << i << ": " << result.message();
  }
  return testing::AssertionSuccess();
}

}  // namespace slm::test
