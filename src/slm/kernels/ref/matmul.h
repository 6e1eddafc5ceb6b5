#pragma once

#include "slm/kernels/matmul.h"

namespace slm::kernels::ref {

template <class T>
void matmul(const MatmulArgs& args) {
  const int64_t num_rows = args.c.shape[0], num_columns = args.c.shape[1];
  const int64_t depth = args.is_a_transposed ? args.a.shape[0] : args.a.shape[1];
  const T *a = args.a.as<T>(), *b = args.b.as<T>(), *bias = args.bias.as<T>();
  T* c = args.c.as<T>();
  for (int64_t m = 0; m < num_rows; ++m) {
    for (int64_t n = 0; n < num_columns; ++n) {
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k) {
        const T x = args.is_a_transposed ? a[k * num_rows + m] : a[m * depth + k];
        const T y = args.is_b_transposed ? b[n * depth + k] : b[k * num_columns + n];
        sum += static_cast<double>(x) * static_cast<double>(y);
      }
      if (bias != nullptr) sum += static_cast<double>(bias[n]);
      if (args.accumulate) sum += static_cast<double>(c[m * num_columns + n]);
      c[m * num_columns + n] = static_cast<T>(args.has_relu && sum < 0 ? 0 : sum);
    }
  }
}

}  // namespace slm::kernels::ref
