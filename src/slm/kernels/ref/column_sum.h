#pragma once

#include "slm/kernels/column_sum.h"

namespace slm::kernels::ref {

template <class T>
void column_sum(const ColumnSumArgs& args) {
  const int64_t num_rows = args.x.num_rows(), dim = args.x.shape.back();
  T* sum = args.sum.view.as<T>();
  for (int64_t d = 0; d < dim; ++d) {
    double total = args.sum.accumulate ? static_cast<double>(sum[d]) : 0.0;
    for (int64_t row = 0; row < num_rows; ++row) total += static_cast<double>(args.x.as<T>()[row * dim + d]);
    sum[d] = static_cast<T>(total);
  }
}

}  // namespace slm::kernels::ref
