#pragma once

#include <algorithm>

#include "slm/kernels/rope.h"

namespace slm::kernels::ref {

template <class T>
void rope(const RopeArgs& args) {
  const int64_t width = args.x.shape.back(), head_dim = args.table.shape.back(), half = head_dim / 2;
  for (int64_t row = 0; row < args.x.num_rows(); ++row) {
    const T* cosines = args.table.as<T>() + args.positions.as<int32_t>()[row] * head_dim;
    const T* x = args.x.as<T>() + row * width;
    T* y = args.y.as<T>() + row * width;
    for (int64_t begin = 0; begin < args.num_rotated * head_dim; begin += head_dim) {
      for (int64_t i = begin; i < begin + half; ++i) {
        const T cosine = cosines[i - begin],
                sine = args.is_inverse ? -cosines[i - begin + half] : cosines[i - begin + half];
        const T first = x[i], second = x[i + half];
        y[i] = first * cosine - second * sine;
        y[i + half] = second * cosine + first * sine;
      }
    }
    if (x != y) std::copy(x + args.num_rotated * head_dim, x + width, y + args.num_rotated * head_dim);
  }
}

}  // namespace slm::kernels::ref
