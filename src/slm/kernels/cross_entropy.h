#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// Softmax cross-entropy of each row of logits z against its target t, with label smoothing s (Szegedy et al.,
// arXiv:1512.00567) as torch.nn.functional.cross_entropy defines it:
//   loss = lse(z) - (1 - s) z_t - s mean(z)      dz = gradient_scale * (softmax(z) - (1 - s) [v = t] - s / V)
// A row whose target is -1 has loss 0 and gradient 0.
struct CrossEntropyArgs {
  ConstView logits;   // (R, V), fp32 or fp64
  ConstView targets;  // (R), int32, -1 or in [0, V)
  View losses;        // (R), fp64
  View is_correct;    // (R), int32: 1 where no other logit is larger than the target's
  View dlogits;       // (R, V), fp32, bf16 or fp64; may be logits itself; absent: no gradient
  double gradient_scale;
  double label_smoothing;
};

inline KernelSlot<CrossEntropyArgs> cross_entropy{"cross_entropy"};

}  // namespace slm::kernels
