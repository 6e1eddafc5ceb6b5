#pragma once

#include "slm/nn/forward_context.h"
#include "slm/nn/linear.h"

namespace slm::nn {

// down(activation(up(x))), or with a gate down(silu(gate(x)) * up(x)) (SwiGLU, Shazeer, arXiv:2002.05202).
class FeedForward {
 public:
  struct Options {
    Linear::Options up;                                           // with a gate: rows [gate | up], 2F of them
    Linear::Options down;                                         // (D, F)
    kernels::Activation activation = kernels::Activation::kRelu;  // not used with a gate
    bool is_gated = false;
    double dropout = 0;  // on the hidden units
    int layer = 0;
  };

  FeedForward(ParameterStore& store, const Options& options);

  Variable operator()(const Variable& x, const ForwardContext& context) const;  // (B, T, D) -> (B, T, D)

  const Linear& up() const { return up_; }

 private:
  Linear up_;
  Linear down_;
  kernels::Activation activation_;
  bool is_gated_;
  double dropout_;
  int layer_;
};

}  // namespace slm::nn
