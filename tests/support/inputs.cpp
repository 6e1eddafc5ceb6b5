#include "support/inputs.h"

#include "slm/core/philox.h"

namespace slm::test {

Tensor normal_inputs(const Shape& shape, DType dtype, uint64_t seed) {
  const RandomStream random{.seed = seed, .stream = 0x7e57, .step = 0};
  const Tensor tensor = Tensor::empty(shape, DType::kFloat64);
  uint64_t index = 0;
  for (double& element : tensor.span<double>()) element = random.normal(index++);
  return tensor.to(dtype);
}

Tensor random_ids(const Shape& shape, int32_t limit, uint64_t seed) {
  const RandomStream random{.seed = seed, .stream = 0x1d5, .step = 0};
  const Tensor tensor = Tensor::empty(shape, DType::kInt32);
  uint64_t index = 0;
  for (int32_t& id : tensor.span<int32_t>())
    id = static_cast<int32_t>(random.word(index++) % static_cast<uint32_t>(limit));
  return tensor;
}

}  // namespace slm::test
