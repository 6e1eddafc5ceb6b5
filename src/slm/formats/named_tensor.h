#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "slm/tensor/tensor.h"

namespace slm::formats {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

// A tensor yet to be written. `content` is called once, when its turn comes, and its result is let go at once: a model
// that has to be converted or transposed on its way out never exists twice in memory.
struct OutputTensor {
  std::string name;
  DType dtype = DType::kFloat32;
  Shape shape;
  std::function<Tensor()> content;    // of the dtype and shape above, on the CPU
  const void* shared_with = nullptr;  // tensors with the same non-null address and size are one storage in a .pt
};

OutputTensor to_output(const NamedTensor& named);
std::vector<OutputTensor> to_outputs(std::span<const NamedTensor> tensors);

// The bytes that `output.content()` gives. The caller's `tensor` keeps them alive.
std::span<const std::byte> bytes_of(const Tensor& tensor);

}  // namespace slm::formats
