#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// y = alpha * a + beta * b, elementwise; one dtype, fp32 or fp64. `copy` receives y rounded to bf16. y may be a or b
// itself. In fp32 8 bytes read and 4 written per element.
struct ScaledAddArgs {
  ConstView a;  // all views have its shape
  ConstView b;
  View y;
  View copy;  // bf16, or absent
  double alpha;
  double beta;
};

inline KernelSlot<ScaledAddArgs> scaled_add{"scaled_add"};

}  // namespace slm::kernels
