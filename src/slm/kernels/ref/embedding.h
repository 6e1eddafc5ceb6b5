#pragma once

#include <algorithm>

#include "slm/kernels/embedding.h"

namespace slm::kernels::ref {

template <class T>
void embedding_forward(const EmbeddingForwardArgs& args) {
  const int64_t num_rows = args.tokens.num_elements(), dim = args.token_weight.shape.back();
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* token = args.token_weight.as<T>() + args.tokens.as<int32_t>()[row] * dim;
    T* y = args.y.as<T>() + row * dim;
    std::copy_n(token, dim, y);
    if (!args.position_weight) continue;
    const T* position = args.position_weight.as<T>() + args.positions.as<int32_t>()[row] * dim;
    for (int64_t i = 0; i < dim; ++i) y[i] += position[i];
  }
}

template <class T>
void embedding_backward(const EmbeddingBackwardArgs& args) {
  const int64_t num_rows = args.ids.num_elements(), dim = args.dy.shape.back();
  T* dweight = args.dweight.view.as<T>();
  if (!args.dweight.accumulate) std::fill_n(dweight, args.dweight.view.num_elements(), T{0});
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* dy = args.dy.as<T>() + row * dim;
    T* target = dweight + args.ids.as<int32_t>()[row] * dim;
    for (int64_t i = 0; i < dim; ++i) target[i] += dy[i];
  }
}

}  // namespace slm::kernels::ref
