#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// y = a + b, elementwise; one dtype. y may be a or b itself. 12 bytes per element in fp32.
struct AddArgs {
  ConstView a;
  ConstView b;
  View y;
};

inline KernelSlot<AddArgs> add{"add"};

}  // namespace slm::kernels
