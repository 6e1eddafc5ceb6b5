#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "slm/nn/parameter.h"

namespace slm::optim {

using Parameters = std::span<nn::Parameter* const>;

// A tensor that an optimizer keeps from step to step, under a name that is unique in the optimizer:
// "model.layers.0.mlp.down_proj.weight.exp_avg". It shares the optimizer's storage: reading into it restores it.
struct StateTensor {
  std::string name;
  Tensor tensor;
};

// Updates masters from the gradients that their variables hold, and the bf16 copies with them. All state is allocated
// by the constructor. The parameters must outlive the optimizer. Parameters without a gradient are left alone.
class Optimizer {
 public:
  struct Step {
    double learning_rate;
    double gradient_scale = 1;  // every gradient is multiplied by it as it is read: what clipping asks for
  };

  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  void step(const Step& step) {
    ++num_steps_;
    update(step);
  }

  virtual std::vector<StateTensor> state() const = 0;

  // Steps taken so far. With state(), all that a checkpoint needs.
  int64_t num_steps() const { return num_steps_; }
  void set_num_steps(int64_t num_steps) { num_steps_ = num_steps; }

 protected:
  Optimizer() = default;
  virtual void update(const Step& step) = 0;

 private:
  int64_t num_steps_ = 0;
};

// Where the gradients of a step begin anew.
void clear_gradients(Parameters parameters);

// The parameter's bf16 copy as an output of an update; an empty view where ops read the master itself.
kernels::View compute_copy(const nn::Parameter& parameter);

}  // namespace slm::optim
