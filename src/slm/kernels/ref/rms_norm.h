#pragma once

#include <cmath>

#include "slm/kernels/rms_norm.h"

namespace slm::kernels::ref {

template <class T>
void rms_norm_forward(const RmsNormForwardArgs& args) {
  const int64_t num_rows = args.x.num_rows(), dim = args.x.shape.back();
  const T* w = args.w.as<T>();
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* x = args.x.as<T>() + row * dim;
    if (args.residual) {
      const T* residual = args.residual.as<T>() + row * dim;
      T* sum = args.sum.as<T>() + row * dim;
      for (int64_t d = 0; d < dim; ++d) sum[d] = x[d] + residual[d];
      x = sum;
    }
    double squares = 0;
    for (int64_t d = 0; d < dim; ++d) squares += static_cast<double>(x[d]) * static_cast<double>(x[d]);
    const double rstd = 1.0 / std::sqrt(squares / static_cast<double>(dim) + args.eps);
    T* y = args.y.as<T>() + row * dim;
    for (int64_t d = 0; d < dim; ++d)
      y[d] = static_cast<T>(static_cast<double>(x[d]) * rstd * static_cast<double>(w[d]));
    args.rstd.as<T>()[row] = static_cast<T>(rstd);
  }
}

template <class T>
void rms_norm_backward(const RmsNormBackwardArgs& args) {
  const int64_t num_rows = args.s.num_rows(), dim = args.s.shape.back();
  const T* w = args.w.as<T>();
  T* dw = args.dw.view.as<T>();
  if (dw != nullptr && !args.dw.accumulate) {
    for (int64_t d = 0; d < dim; ++d) dw[d] = 0;
  }
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* s = args.s.as<T>() + row * dim;
    const T* dy = args.dy.as<T>() + row * dim;
    const double rstd = static_cast<double>(args.rstd.as<T>()[row]);
    if (dw != nullptr) {
      for (int64_t d = 0; d < dim; ++d)
        dw[d] += static_cast<T>(static_cast<double>(dy[d]) * static_cast<double>(s[d]) * rstd);
    }
    if (!args.ds) continue;
    double projection = 0;
    for (int64_t d = 0; d < dim; ++d) {
      projection += static_cast<double>(dy[d]) * static_cast<double>(w[d]) * static_cast<double>(s[d]);
    }
    projection *= rstd * rstd / static_cast<double>(dim);
    T* ds = args.ds.view.as<T>() + row * dim;
    for (int64_t d = 0; d < dim; ++d) {
      const double value =
          rstd * (static_cast<double>(dy[d]) * static_cast<double>(w[d]) - static_cast<double>(s[d]) * projection);
      const double direct = args.ds_direct ? static_cast<double>(args.ds_direct.as<T>()[row * dim + d]) : 0.0;
      const double old = args.ds.accumulate ? static_cast<double>(ds[d]) : 0.0;
      ds[d] = static_cast<T>(old + direct + value);
    }
  }
}

}  // namespace slm::kernels::ref
