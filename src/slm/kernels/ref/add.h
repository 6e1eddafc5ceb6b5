#pragma once

#include "slm/kernels/add.h"

namespace slm::kernels::ref {

template <class T>
void add(const AddArgs& args) {
  const T *a = args.a.as<T>(), *b = args.b.as<T>();
  T* y = args.y.as<T>();
  for (int64_t i = 0; i < args.y.num_elements(); ++i) y[i] = a[i] + b[i];
}

}  // namespace slm::kernels::ref
