#pragma once

#include "slm/kernels/squared_norm.h"

namespace slm::kernels::ref {

template <class T>
void squared_norm(const SquaredNormArgs& args) {
  const T* x = args.x.as<T>();
  double sum = 0;
  for (int64_t i = 0; i < args.x.num_elements(); ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  *args.sum.as<double>() = sum;
}

}  // namespace slm::kernels::ref
