#include "slm/autograd/tape.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

#include "slm/core/error.h"

namespace slm {
namespace {

thread_local Tape* active_tape = nullptr;

bool any_requires_grad(std::span<const Variable> variables) {
  return std::any_of(variables.begin(), variables.end(), [](const Variable& v) { return v.requires_grad(); });
}

Tensor ones_like_scalar(const Variable& output) {
  if (output.value().num_elements() != 1) {
    throw ShapeError("[backward] needs a seed gradient: the output has shape " + to_string(output.shape()));
  }
  const Tensor one = Tensor::empty(output.shape(), DType::kFloat64);
  *one.data<double>() = 1.0;
  return one.to(output.dtype());
}

}  // namespace

Tape::Tape() : enclosing_(active_tape) { active_tape = this; }

Tape::~Tape() {
  assert(active_tape == this);
  active_tape = enclosing_;
}

Tape* Tape::active() { return active_tape; }

PauseRecording::PauseRecording() : paused_(active_tape) { active_tape = nullptr; }
PauseRecording::~PauseRecording() { active_tape = paused_; }

void Tape::add_entry(std::string_view op, std::span<const Variable> outputs, std::span<const Variable> inputs,
                     BackwardFunction backward) {
  Entry entry{.op = op, .outputs = {}, .parameters = {}, .backward = std::move(backward)};
  for (const Variable& output : outputs) entry.outputs.push_back(output.node());
  for (const Variable& input : inputs) {
    if (input.requires_grad() && input.node()->is_parameter) entry.parameters.push_back(input.node());
  }
  entries_.push_back(std::move(entry));
  if (observer_) observer_(op, outputs, inputs);
}

void Tape::backward(const Variable& output, const Tensor& seed, const GradientReady& on_gradient_ready) {
  if (!output.requires_grad()) throw Error("[backward] the output depends on no parameter");
  Gradients grads;
  grads.assign(output, seed ? seed : ones_like_scalar(output));
  walk(on_gradient_ready);
}

void Tape::walk(const GradientReady& on_gradient_ready) {
  const PauseRecording pause;
  Gradients grads;
  std::unordered_map<const GradNode*, size_t> first_use;  // the last entry that backward passes
  for (size_t i = entries_.size(); i-- > 0;) {
    for (const auto& parameter : entries_[i].parameters) first_use[parameter.get()] = i;
  }
  std::vector<Tensor> dys;
  while (!entries_.empty()) {
    Entry entry = std::move(entries_.back());
    entries_.pop_back();
    dys.clear();
    for (const auto& node : entry.outputs) {
      dys.push_back(node->has_grad ? std::move(node->grad) : Tensor());
      node->grad = Tensor();
      node->has_grad = false;
    }
    if (std::any_of(dys.begin(), dys.end(), [](const Tensor& dy) { return static_cast<bool>(dy); })) {
      entry.backward(dys, grads);
    }
    if (!on_gradient_ready) continue;
    for (const auto& parameter : entry.parameters) {
      const auto use = first_use.find(parameter.get());
      if (use == first_use.end() || use->second != entries_.size()) continue;
      first_use.erase(use);  // an entry may name a parameter twice
      on_gradient_ready(*parameter);
    }
  }
}

std::vector<Variable> record_all(std::string_view op, std::initializer_list<Tensor> ys,
                                 std::initializer_list<Variable> inputs, BackwardFunction backward) {
  Tape* tape = Tape::active();
  const bool is_recorded = tape != nullptr && any_requires_grad({inputs.begin(), inputs.size()});
  std::vector<Variable> outputs;
  for (const Tensor& y : ys) outputs.push_back(is_recorded ? Variable::intermediate(y) : Variable(y));
  if (is_recorded) tape->add_entry(op, outputs, {inputs.begin(), inputs.size()}, std::move(backward));
  return outputs;
}

Variable record(std::string_view op, Tensor y, std::initializer_list<Variable> inputs,
                std::function<void(Tensor& dy, Gradients& grads)> backward) {
  return record_all(
      op, {std::move(y)}, inputs,
      [backward = std::move(backward)](std::span<Tensor> dys, Gradients& grads) { backward(dys[0], grads); })[0];
}

}  // namespace slm
