#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// What Muon orthogonalizes: the gradient with Nesterov momentum (https://kellerjordan.github.io/posts/muon/):
//   g' = gradient_scale * g      b += (1 - momentum) * (g' - b)      u = g' + momentum * (b - g')
// All of one dtype, fp32 or fp64. In fp32 8 bytes read and 8 written per element.
struct MuonMomentumArgs {
  ConstView g;  // the gradient; all views have its shape
  View b;       // momentum buffer, zero at first
  View u;
  double gradient_scale;
  double momentum;
};

inline KernelSlot<MuonMomentumArgs> muon_momentum{"muon_momentum"};

}  // namespace slm::kernels
