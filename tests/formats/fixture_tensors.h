#pragma once

#include <string>

#include "slm/formats/element_type.h"
#include "slm/formats/named_tensor.h"
#include "slm/storage/folder.h"
#include "slm/tensor/tensor.h"

namespace slm::test {

inline std::string format_fixture(std::string_view name) {
  return storage::join(SLM_SOURCE_DIR "/tests/fixtures/formats", name);
}

// The elements that scripts/make_format_fixtures.py gives a tensor: i / 4 - 2.
inline Tensor counted(const Shape& shape) {
  const Tensor tensor = Tensor::empty(shape, DType::kFloat32);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor.data<float>()[i] = static_cast<float>(i) / 4 - 2;
  return tensor;
}

// Likewise of integers, from `first` on.
template <class T>
Tensor counted_integers(const Shape& shape, T first) {
  const Tensor tensor = Tensor::empty(shape, kDTypeOf<T>);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    tensor.data<T>()[i] = static_cast<T>(static_cast<int64_t>(first) + i);
  }
  return tensor;
}

// One tensor of every dtype but fp16, which has no arithmetic here, and the odd shapes.
inline std::vector<formats::NamedTensor> tensors_of_all_dtypes() {
  return {{"bytes", counted_integers<uint8_t>({5}, 250)},
          {"float32", counted({2, 3})},
          {"float64", counted({7}).to(DType::kFloat64)},
          {"bfloat16", counted({3, 1, 2}).to(DType::kBFloat16)},
          {"uint16", counted_integers<uint16_t>({3}, 65533)},
          {"int32", counted_integers<int32_t>({2, 2}, -2)},
          {"int64", counted_integers<int64_t>({3}, INT64_MIN)},
          {"scalar", counted({})},
          {"empty", counted({0, 4})},
          {"name with \"quotes\", é and 日本", counted({1})}};
}

}  // namespace slm::test
