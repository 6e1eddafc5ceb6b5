#pragma once

#include "slm/core/bfloat16.h"
#include "slm/kernels/sgd.h"

namespace slm::kernels::ref {

template <class T>
void sgd(const SgdArgs& args) {
  const T* g = args.g.as<T>();
  T *b = args.b.as<T>(), *p = args.p.as<T>();
  for (int64_t i = 0; i < args.p.num_elements(); ++i) {
    const double gradient =
        args.gradient_scale * static_cast<double>(g[i]) + args.weight_decay * static_cast<double>(p[i]);
    double update = gradient;
    if (args.b) {
      const double b_new = args.momentum * static_cast<double>(b[i]) + gradient;
      b[i] = static_cast<T>(b_new);
      update = args.is_nesterov ? gradient + args.momentum * b_new : b_new;
    }
    p[i] = static_cast<T>(static_cast<double>(p[i]) - args.learning_rate * update);
    if (args.copy) args.copy.as<BFloat16>()[i] = BFloat16(static_cast<float>(p[i]));
  }
}

}  // namespace slm::kernels::ref
