#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// sum = sum over the elements of x^2, in fp64, over blocks of fixed size that are joined in order: the same bits for
// any number of threads. Infinite or NaN exactly when an element is. In fp32 4 bytes read per element.
struct SquaredNormArgs {
  ConstView x;  // fp32 or fp64
  View sum;     // (1), fp64; overwritten
};

inline KernelSlot<SquaredNormArgs> squared_norm{"squared_norm"};

}  // namespace slm::kernels
