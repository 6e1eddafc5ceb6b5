#pragma once

#include <algorithm>
#include <cmath>

#include "slm/kernels/cross_entropy.h"

namespace slm::kernels::ref {

template <class T>
void cross_entropy(const CrossEntropyArgs& args) {
  const int64_t num_rows = args.logits.num_rows(), vocab = args.logits.shape.back();
  const double smoothing = args.label_smoothing, per_class = smoothing / static_cast<double>(vocab);
  for (int64_t row = 0; row < num_rows; ++row) {
    const T* z = args.logits.as<T>() + row * vocab;
    T* dz = args.dlogits ? args.dlogits.as<T>() + row * vocab : nullptr;
    const int32_t target = args.targets.as<int32_t>()[row];
    args.losses.as<double>()[row] = 0;
    args.is_correct.as<int32_t>()[row] = 0;
    if (target < 0) {
      if (dz != nullptr) std::fill_n(dz, vocab, T{0});
      continue;
    }
    const double max = static_cast<double>(*std::max_element(z, z + vocab)), at_target = static_cast<double>(z[target]);
    double exponentials = 0, sum = 0;
    for (int64_t v = 0; v < vocab; ++v) {
      exponentials += std::exp(static_cast<double>(z[v]) - max);
      sum += static_cast<double>(z[v]);
    }
    const double log_sum = max + std::log(exponentials);
    args.losses.as<double>()[row] = log_sum - (1 - smoothing) * at_target - per_class * sum;
    args.is_correct.as<int32_t>()[row] = at_target >= max ? 1 : 0;
    if (dz == nullptr) continue;
    for (int64_t v = 0; v < vocab; ++v) {
      const double expected = per_class + (v == target ? 1 - smoothing : 0.0);
      dz[v] = static_cast<T>(args.gradient_scale * (std::exp(static_cast<double>(z[v]) - log_sum) - expected));
    }
  }
}

}  // namespace slm::kernels::ref
