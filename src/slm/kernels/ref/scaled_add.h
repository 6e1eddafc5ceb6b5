#pragma once

#include "slm/core/bfloat16.h"
#include "slm/kernels/scaled_add.h"

namespace slm::kernels::ref {

template <class T>
void scaled_add(const ScaledAddArgs& args) {
  const T *a = args.a.as<T>(), *b = args.b.as<T>();
  T* y = args.y.as<T>();
  for (int64_t i = 0; i < args.y.num_elements(); ++i) {
    y[i] = static_cast<T>(args.alpha * static_cast<double>(a[i]) + args.beta * static_cast<double>(b[i]));
    if (args.copy) args.copy.as<BFloat16>()[i] = BFloat16(static_cast<float>(y[i]));
  }
}

}  // namespace slm::kernels::ref
