#include "slm/nn/initializer.h"

#include <cmath>

#include "slm/core/parallel.h"

namespace slm::nn {

Initializer Initializer::torch_linear(int64_t fan_in) { return uniform(1.0 / std::sqrt(static_cast<double>(fan_in))); }

Initializer Initializer::xavier_uniform(int64_t fan_in, int64_t fan_out) {
  return uniform(std::sqrt(6.0 / static_cast<double>(fan_in + fan_out)));
}

void Initializer::fill(const Tensor& tensor, const RandomStream& random) const {
  const auto draw = [this, &random](int64_t i) {
    const auto index = static_cast<uint64_t>(i);
    switch (kind_) {
      case Kind::kNormal:
        return value_ * random.normal(index);
      case Kind::kUniform:
        return value_ * (2.0 * static_cast<double>(random.uniform(index)) - 1.0);
      default:
        return value_;
    }
  };
  const auto fill_as = [&]<class T>(T* elements) {
    parallel_for(0, tensor.num_elements(), 4096, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) elements[i] = static_cast<T>(draw(i));
    });
  };
  if (tensor.dtype() == DType::kFloat64) {
    fill_as(tensor.data<double>());
  } else {
    fill_as(tensor.data<float>());
  }
}

}  // namespace slm::nn
