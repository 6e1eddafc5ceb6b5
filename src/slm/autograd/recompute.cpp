#include <algorithm>

#include "slm/autograd/tape.h"

namespace slm {

std::vector<Variable> recompute(std::span<const Variable> inputs, const RecomputedFunction& fn) {
  Tape* const tape = Tape::active();
  if (tape == nullptr) return fn(inputs);

  // The first run is recorded only to learn which parameters fn uses; what it saved goes with its tape.
  std::vector<Variable> outputs;
  Tape::Entry entry{.op = "recompute", .outputs = {}, .parameters = {}, .backward = {}};
  {
    Tape scout;
    for (const Variable& result : fn(inputs)) outputs.push_back(Variable::intermediate(result.value()));
    for (const Tape::Entry& inner : scout.entries_) {
      entry.parameters.insert(entry.parameters.end(), inner.parameters.begin(), inner.parameters.end());
    }
  }
  for (const Variable& output : outputs) entry.outputs.push_back(output.node());

  entry.backward = [fn, saved = std::vector<Variable>(inputs.begin(), inputs.end())](std::span<Tensor> dys,
                                                                                     Gradients& grads) {
    // Inputs are cut loose, so that the inner walk stops at them.
    std::vector<Variable> detached;
    for (const Variable& input : saved) {
      detached.push_back(input.requires_grad() ? Variable::intermediate(input.value()) : input);
    }
    Tape inner;
    const std::vector<Variable> results = fn(detached);
    for (size_t i = 0; i < results.size(); ++i) {
      if (dys[i]) grads.assign(results[i], dys[i]);
    }
    inner.walk({});
    for (size_t i = 0; i < saved.size(); ++i) {
      if (saved[i].requires_grad() && detached[i].grad()) grads.assign(saved[i], detached[i].grad());
    }
  };
  tape->entries_.push_back(std::move(entry));
  return outputs;
}

}  // namespace slm
