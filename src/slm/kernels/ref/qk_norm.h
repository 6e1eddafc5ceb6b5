#pragma once

#include <algorithm>
#include <cmath>

#include "slm/kernels/qk_norm.h"

namespace slm::kernels::ref {

template <class T>
void qk_norm_forward(const QkNormForwardArgs& args) {
  const int64_t dim = args.wq.shape.back(), width = args.x.shape.back();
  const int64_t num_normalized = args.num_heads + args.num_kv_heads;
  for (int64_t row = 0; row < args.x.num_rows(); ++row) {
    for (int64_t head = 0; head < width / dim; ++head) {
      const T* x = args.x.as<T>() + row * width + head * dim;
      T* y = args.y.as<T>() + row * width + head * dim;
      if (head >= num_normalized) {
        std::copy_n(x, dim, y);
        continue;
      }
      const T* w = (head < args.num_heads ? args.wq : args.wk).as<T>();
      double squares = 0;
      for (int64_t i = 0; i < dim; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
      const double rstd = 1.0 / std::sqrt(squares / static_cast<double>(dim) + args.eps);
      for (int64_t i = 0; i < dim; ++i) {
        y[i] = static_cast<T>(static_cast<double>(x[i]) * rstd * static_cast<double>(w[i]));
      }
      args.rstd.as<T>()[row * num_normalized + head] = static_cast<T>(rstd);
    }
  }
}

template <class T>
void qk_norm_backward(const QkNormBackwardArgs& args) {
  const int64_t dim = args.wq.shape.back(), width = args.x.shape.back();
  const int64_t num_normalized = args.num_heads + args.num_kv_heads;
  for (const GradView& dw : {args.dwq, args.dwk}) {
    if (dw && !dw.accumulate) std::fill_n(dw.view.as<T>(), dim, T{0});
  }
  for (int64_t row = 0; row < args.x.num_rows(); ++row) {
    for (int64_t head = 0; head < width / dim; ++head) {
      const T* x = args.x.as<T>() + row * width + head * dim;
      const T* dy = args.dy.as<T>() + row * width + head * dim;
      const bool is_query = head < args.num_heads, is_normalized = head < num_normalized;
      const T* w = (is_query ? args.wq : args.wk).as<T>();
      T* dw = is_normalized ? (is_query ? args.dwq : args.dwk).view.as<T>() : nullptr;
      const double rstd = is_normalized ? static_cast<double>(args.rstd.as<T>()[row * num_normalized + head]) : 1.0;
      const auto g = [&](int64_t i) { return static_cast<double>(dy[i]) * static_cast<double>(w[i]); };
      double projection = 0;
      for (int64_t i = 0; i < dim; ++i) {
        projection += g(i) * static_cast<double>(x[i]) * rstd * rstd / static_cast<double>(dim);
        if (dw != nullptr) dw[i] += static_cast<T>(static_cast<double>(dy[i]) * static_cast<double>(x[i]) * rstd);
      }
      if (!args.dx) continue;
      T* dx = args.dx.view.as<T>() + row * width + head * dim;
      for (int64_t i = 0; i < dim; ++i) {
        const double old = args.dx.accumulate ? static_cast<double>(dx[i]) : 0.0;
        const double value =
            is_normalized ? rstd * (g(i) - static_cast<double>(x[i]) * projection) : static_cast<double>(dy[i]);
        dx[i] = static_cast<T>(old + value);
      }
    }
  }
}

}  // namespace slm::kernels::ref
