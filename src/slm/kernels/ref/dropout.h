#pragma once

#include "slm/kernels/dropout.h"

namespace slm::kernels::ref {

template <class T>
void dropout(const DropoutArgs& args) {
  const T* x = args.x.as<T>();
  T* y = args.y.view.as<T>();
  for (int64_t i = 0; i < args.x.num_elements(); ++i) {
    const bool is_kept = args.random.uniform(static_cast<uint64_t>(args.first + i)) >= args.p;
    const double value = is_kept ? static_cast<double>(x[i]) / (1 - args.p) : 0.0;
    y[i] = static_cast<T>((args.y.accumulate ? static_cast<double>(y[i]) : 0.0) + value);
  }
}

}  // namespace slm::kernels::ref
