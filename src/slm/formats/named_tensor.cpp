#include "slm/formats/named_tensor.h"

namespace slm::formats {

OutputTensor to_output(const NamedTensor& named) {
  return {.name = named.name,
          .dtype = named.tensor.dtype(),
          .shape = named.tensor.shape(),
          .content = [tensor = named.tensor] { return tensor; },
          .shared_with = named.tensor.raw()};
}

std::vector<OutputTensor> to_outputs(std::span<const NamedTensor> tensors) {
  std::vector<OutputTensor> outputs;
  outputs.reserve(tensors.size());
  for (const NamedTensor& named : tensors) outputs.push_back(to_output(named));
  return outputs;
}

std::span<const std::byte> bytes_of(const Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.raw()), static_cast<size_t>(tensor.size_bytes())};
}

}  // namespace slm::formats
