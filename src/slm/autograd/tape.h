#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "slm/autograd/gradients.h"
#include "slm/autograd/variable.h"

namespace slm {

// Receives the gradients of an op's outputs, in order (absent where nothing flowed back), and writes those of its
// inputs.
using BackwardFunction = std::function<void(std::span<Tensor> dys, Gradients& grads)>;

// A part of a model as a function, for recompute().
using RecomputedFunction = std::function<std::vector<Variable>(std::span<const Variable> inputs)>;

// Reverse-mode differentiation. While a tape lives, the ops of its thread that touch a variable with a gradient record
// themselves on it; the innermost living tape of the thread is the one that records. Without a tape ops only compute.
class Tape {
 public:
  // Called once per parameter during backward(), when nothing will be added to its gradient any more.
  using GradientReady = std::function<void(const GradNode& parameter)>;
  // Called with every recorded op's name, outputs and inputs as it runs: for finding the op that made a NaN.
  using OutputObserver =
      std::function<void(std::string_view op, std::span<const Variable> outputs, std::span<const Variable> inputs)>;

  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // The tape that records on this thread, or nullptr.
  static Tape* active();

  void observe_outputs(OutputObserver observer) { observer_ = std::move(observer); }

  // Walks the tape once from its end, starting with d(output) = `seed` (1 where absent), freeing each entry, with the
  // tensors it saved, as it passes. The tape is empty afterwards. Parameter gradients add up over calls until
  // Variable::clear_grad(). Ops run inside closures are not recorded.
  void backward(const Variable& output, const Tensor& seed = {}, const GradientReady& on_gradient_ready = {});

  int64_t num_entries() const { return static_cast<int64_t>(entries_.size()); }

  // For ops/; see record().
  void add_entry(std::string_view op, std::span<const Variable> outputs, std::span<const Variable> inputs,
                 BackwardFunction backward);

 private:
  friend std::vector<Variable> recompute(std::span<const Variable>, const RecomputedFunction&);
  struct Entry {
    std::string_view op;
    std::vector<Gradients::Node> outputs;
    std::vector<Gradients::Node> parameters;  // those among the inputs, for on_gradient_ready
    BackwardFunction backward;
  };

  // Passes every entry from the end, from the gradients that its outputs hold by now.
  void walk(const GradientReady& on_gradient_ready);

  Tape* enclosing_;
  OutputObserver observer_;
  std::vector<Entry> entries_;
};

// While it lives, ops of this thread are not recorded.
class PauseRecording {
 public:
  PauseRecording();
  ~PauseRecording();
  PauseRecording(const PauseRecording&) = delete;
  PauseRecording& operator=(const PauseRecording&) = delete;

 private:
  Tape* paused_;
};

// Wraps an op's result and, where a tape is active and an input has a gradient, records its backward closure. `op` must
// be a literal. The closure's captures are the saved tensors.
Variable record(std::string_view op, Tensor y, std::initializer_list<Variable> inputs,
                std::function<void(Tensor& dy, Gradients& grads)> backward);
// The same for several outputs; the closure runs when at least one of them received a gradient.
std::vector<Variable> record_all(std::string_view op, std::initializer_list<Tensor> ys,
                                 std::initializer_list<Variable> inputs, BackwardFunction backward);

// Computes fn(inputs) without saving anything inside it, and runs fn once more in the backward pass (Chen et al.,
// "Training deep nets with sublinear memory cost", arXiv:1604.06174). fn must give the same result both times.
std::vector<Variable> recompute(std::span<const Variable> inputs, const RecomputedFunction& fn);

}  // namespace slm
