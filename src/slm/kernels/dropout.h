#pragma once

#include "slm/core/philox.h"
#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// y = x / (1 - p) where number first + i of the stream is at least p, else 0, for element i. Forward and backward
// alike: the numbers are made anew, nothing is saved. One dtype. 8 bytes per element in fp32.
struct DropoutArgs {
  ConstView x;
  GradView y;  // may be x itself
  double p;    // in [0, 1)
  RandomStream random;
  int64_t first;
};

inline KernelSlot<DropoutArgs> dropout{"dropout"};

}  // namespace slm::kernels
