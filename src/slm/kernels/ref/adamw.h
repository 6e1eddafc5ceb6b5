#pragma once

#include <cmath>

#include "slm/core/bfloat16.h"
#include "slm/kernels/adamw.h"

namespace slm::kernels::ref {

template <class T>
void adamw(const AdamWArgs& args) {
  const T* g = args.g.as<T>();
  T *m = args.m.as<T>(), *v = args.v.as<T>(), *p = args.p.as<T>();
  const double step = static_cast<double>(args.step);
  const double step_size = args.learning_rate / (1.0 - std::pow(args.beta1, step));
  const double v_scale = std::sqrt(1.0 - std::pow(args.beta2, step));
  for (int64_t i = 0; i < args.p.num_elements(); ++i) {
    const double gradient = args.gradient_scale * static_cast<double>(g[i]);
    const double m_new = static_cast<double>(m[i]) + (1.0 - args.beta1) * (gradient - static_cast<double>(m[i]));
    const double v_new = args.beta2 * static_cast<double>(v[i]) + (1.0 - args.beta2) * gradient * gradient;
    const double decayed = static_cast<double>(p[i]) * (1.0 - args.learning_rate * args.weight_decay);
    m[i] = static_cast<T>(m_new);
    v[i] = static_cast<T>(v_new);
    p[i] = static_cast<T>(decayed - step_size * m_new / (std::sqrt(v_new) / v_scale + args.eps));
    if (args.copy) args.copy.as<BFloat16>()[i] = BFloat16(static_cast<float>(p[i]));
  }
}

}  // namespace slm::kernels::ref
