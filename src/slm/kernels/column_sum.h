#pragma once

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// sum[d] = sum over rows of x[r][d]: the gradient of a bias. Reads x once.
struct ColumnSumArgs {
  ConstView x;   // (R, D)
  GradView sum;  // (D), fp32 (fp64 for fp64 rows)
};

inline KernelSlot<ColumnSumArgs> column_sum{"column_sum"};

}  // namespace slm::kernels
