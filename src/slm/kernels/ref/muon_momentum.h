#pragma once

#include "slm/kernels/muon_momentum.h"

namespace slm::kernels::ref {

template <class T>
void muon_momentum(const MuonMomentumArgs& args) {
  const T* g = args.g.as<T>();
  T *b = args.b.as<T>(), *u = args.u.as<T>();
  for (int64_t i = 0; i < args.u.num_elements(); ++i) {
    const double gradient = args.gradient_scale * static_cast<double>(g[i]);
    const double b_new = static_cast<double>(b[i]) + (1.0 - args.momentum) * (gradient - static_cast<double>(b[i]));
    b[i] = static_cast<T>(b_new);
    u[i] = static_cast<T>(gradient + args.momentum * (b_new - gradient));
  }
}

}  // namespace slm::kernels::ref
