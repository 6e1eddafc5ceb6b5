#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// Gated feed-forward (Shazeer, arXiv:2002.05202) on rows that hold [gate | up], as one matrix product gives them:
//   y = silu(gate) * up      silu(g) = g / (1 + exp(-g))
// One dtype. 12 bytes per element of y in fp32.
struct SwigluForwardArgs {
  ConstView x;  // (R, 2F)
  View y;       // (R, F)
};

// dgate = dy * up * silu'(gate)      dup = dy * silu(gate)      20 bytes per element of dy in fp32.
struct SwigluBackwardArgs {
  ConstView dy;  // (R, F)
  ConstView x;   // (R, 2F)
  GradView dx;   // (R, 2F): [dgate | dup]; may be x itself
};

inline KernelSlot<SwigluForwardArgs> swiglu_forward{"swiglu_forward"};
inline KernelSlot<SwigluBackwardArgs> swiglu_backward{"swiglu_backward"};

}  // namespace slm::kernels
