#pragma once

#include "slm/tensor/tensor.h"

namespace slm::ops {

// Room for one statistic per row of x: fp64 for fp64 rows, else fp32.
inline Tensor norm_statistics_for(const Tensor& x) {
  const DType dtype = x.dtype() == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  return Tensor::empty({x.num_rows()}, dtype, x.device());
}

}  // namespace slm::ops
