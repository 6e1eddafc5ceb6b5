#pragma once

#include <cmath>

#include "slm/kernels/layer_norm.h"

namespace slm::kernels::ref {

template <class T>
void layer_norm_forward(const LayerNormForwardArgs& args) {
  const int64_t num_rows = args.x.num_rows(), dim = args.x.shape.back();
  const T *w = args.w.as<T>(), *b = args.b.as<T>();
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* x = args.x.as<T>() + row * dim;
    if (args.residual) {
      const T* residual = args.residual.as<T>() + row * dim;
      T* sum = args.sum.as<T>() + row * dim;
      for (int64_t i = 0; i < dim; ++i) sum[i] = x[i] + residual[i];
      x = sum;
    }
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < dim; ++i) mean += static_cast<double>(x[i]) / static_cast<double>(dim);
    for (int64_t i = 0; i < dim; ++i) {
      const double centred = static_cast<double>(x[i]) - mean;
      variance += centred * centred / static_cast<double>(dim);
    }
    const double rstd = 1.0 / std::sqrt(variance + args.eps);
    T* y = args.y.as<T>() + row * dim;
    for (int64_t i = 0; i < dim; ++i) {
      const double normalized = (static_cast<double>(x[i]) - mean) * rstd;
      y[i] = static_cast<T>(normalized * static_cast<double>(w[i]) + (b != nullptr ? static_cast<double>(b[i]) : 0.0));
    }
    args.mean.as<T>()[row] = static_cast<T>(mean);
    args.rstd.as<T>()[row] = static_cast<T>(rstd);
  }
}

template <class T>
void layer_norm_backward(const LayerNormBackwardArgs& args) {
  const int64_t num_rows = args.s.num_rows(), dim = args.s.shape.back();
  const T* w = args.w.as<T>();
  T *dw = args.dw.view.as<T>(), *db = args.db.view.as<T>();
  for (int64_t i = 0; i < dim; ++i) {
    if (args.dw && !args.dw.accumulate) dw[i] = 0;
    if (args.db && !args.db.accumulate) db[i] = 0;
  }
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* s = args.s.as<T>() + row * dim;
    const T* dy = args.dy.as<T>() + row * dim;
    const double mean = static_cast<double>(args.mean.as<T>()[row]);
    const double rstd = static_cast<double>(args.rstd.as<T>()[row]);
    const auto normalized = [&](int64_t i) { return (static_cast<double>(s[i]) - mean) * rstd; };
    const auto g = [&](int64_t i) { return static_cast<double>(dy[i]) * static_cast<double>(w[i]); };
    double mean_g = 0, mean_gn = 0;
    for (int64_t i = 0; i < dim; ++i) {
      mean_g += g(i) / static_cast<double>(dim);
      mean_gn += g(i) * normalized(i) / static_cast<double>(dim);
      if (dw != nullptr) dw[i] += static_cast<T>(static_cast<double>(dy[i]) * normalized(i));
      if (db != nullptr) db[i] += dy[i];
    }
    if (!args.ds) continue;
    T* ds = args.ds.view.as<T>() + row * dim;
    for (int64_t i = 0; i < dim; ++i) {
      const double direct = args.ds_direct ? static_cast<double>(args.ds_direct.as<T>()[row * dim + i]) : 0.0;
      const double old = args.ds.accumulate ? static_cast<double>(ds[i]) : 0.0;
      ds[i] = static_cast<T>(old + direct + rstd * (g(i) - mean_g - normalized(i) * mean_gn));
    }
  }
}

}  // namespace slm::kernels::ref
