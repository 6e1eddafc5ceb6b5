#pragma once

#include "slm/kernels/ref/activation.h"
#include "slm/kernels/swiglu.h"

namespace slm::kernels::ref {

template <class T>
void swiglu_forward(const SwigluForwardArgs& args) {
  const int64_t hidden = args.y.shape.back();
  for (int64_t row = 0; row < args.y.num_rows(); ++row) {
    const T *gate = args.x.as<T>() + row * 2 * hidden, *up = gate + hidden;
    T* y = args.y.as<T>() + row * hidden;
    for (int64_t i = 0; i < hidden; ++i) {
      const double silu = activate(Activation::kSilu, static_cast<double>(gate[i])).value;
      y[i] = static_cast<T>(silu * static_cast<double>(up[i]));
    }
  }
}

template <class T>
void swiglu_backward(const SwigluBackwardArgs& args) {
  const int64_t hidden = args.dy.shape.back();
  for (int64_t row = 0; row < args.dy.num_rows(); ++row) {
    const T *gate = args.x.as<T>() + row * 2 * hidden, *up = gate + hidden;
    const T* dy = args.dy.as<T>() + row * hidden;
    T *dgate = args.dx.view.as<T>() + row * 2 * hidden, *dup = dgate + hidden;
    for (int64_t i = 0; i < hidden; ++i) {
      const Activated silu = activate(Activation::kSilu, static_cast<double>(gate[i]));
      const double gradient = static_cast<double>(dy[i]), factor = static_cast<double>(up[i]);
      const double old_gate = args.dx.accumulate ? static_cast<double>(dgate[i]) : 0.0;
      const double old_up = args.dx.accumulate ? static_cast<double>(dup[i]) : 0.0;
      dgate[i] = static_cast<T>(old_gate + gradient * factor * silu.slope);
      dup[i] = static_cast<T>(old_up + gradient * silu.value);
    }
  }
}

}  // namespace slm::kernels::ref
