#pragma once

#include <cmath>
#include <numbers>

#include "slm/kernels/activation.h"

namespace slm::kernels::ref {

// f(x) and f'(x), in double.
struct Activated {
  double value;
  double slope;
};

inline Activated activate(Activation activation, double x) {
  // x * s(v) for the logistic function s, whose slope is s * (1 - s); dv is dv/dx.
  const auto gated = [x](double v, double dv) {
    const double s = 1.0 / (1.0 + std::exp(-v));
    return Activated{x * s, s + x * s * (1.0 - s) * dv};
  };
  switch (activation) {
    case Activation::kNone:
      return {x, 1.0};
    case Activation::kRelu:
      return x > 0 ? Activated{x, 1.0} : Activated{0.0, 0.0};
    case Activation::kGeluTanh: {
      // (1 + tanh(u)) / 2 = s(2u)
      const double scale = std::sqrt(8.0 / std::numbers::pi);
      return gated(scale * (x + 0.044715 * x * x * x), scale * (1.0 + 3 * 0.044715 * x * x));
    }
    case Activation::kGeluErf: {
      const double cdf = 0.5 * std::erfc(-x / std::numbers::sqrt2);
      const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi);
      return {x * cdf, cdf + x * density};
    }
    case Activation::kReluSquared:
      return x > 0 ? Activated{x * x, 2 * x} : Activated{0.0, 0.0};
    case Activation::kSilu:
      return gated(x, 1.0);
  }
  return {};
}

template <class T>
void activation_forward(const ActivationForwardArgs& args) {
  const T* x = args.x.as<T>();
  T* y = args.y.as<T>();
  for (int64_t i = 0; i < args.y.num_elements(); ++i) {
    y[i] = static_cast<T>(activate(args.activation, static_cast<double>(x[i])).value);
  }
}

template <class T>
void activation_backward(const ActivationBackwardArgs& args) {
  const T *dy = args.dy.as<T>(), *x = args.x.as<T>();
  T* dx = args.dx.view.as<T>();
  for (int64_t i = 0; i < args.x.num_elements(); ++i) {
    const double value = static_cast<double>(dy[i]) * activate(args.activation, static_cast<double>(x[i])).slope;
    dx[i] = static_cast<T>((args.dx.accumulate ? static_cast<double>(dx[i]) : 0.0) + value);
  }
}

}  // namespace slm::kernels::ref
