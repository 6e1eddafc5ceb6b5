#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "slm/core/dtype.h"

namespace slm::formats {

// What the elements of a tensor in a file are. Some have no DType; they are read as a wider one.
enum class ElementType : uint8_t {
  kFloat32,
  kFloat64,
  kBFloat16,
  kFloat16,
  kBool,
  kUInt8,
  kInt8,
  kUInt16,
  kInt16,
  kUInt32,
  kInt32,
  kUInt64,
  kInt64
};
inline constexpr int kNumElementTypes = 13;

int64_t size_bytes(ElementType type);
std::string_view name(ElementType type);  // "float32", "bool", ...: also PyTorch's name

// The DType that holds all values of `type`: uint8 for bool, int32 for int8 and int16, int64 for uint32. A uint64 is
// read as int64, and refused where it does not fit.
DType dtype_of(ElementType type);
ElementType element_type_of(DType dtype);

std::string_view safetensors_name(ElementType type);  // "F32"
std::optional<ElementType> from_safetensors_name(std::string_view name);

// The class torch.save names for a storage of this type; empty for the types it saves as bytes beside a dtype.
std::string_view torch_storage_name(ElementType type);  // "FloatStorage"
std::optional<ElementType> from_torch_storage_name(std::string_view name);
std::optional<ElementType> from_torch_name(std::string_view name);  // "float32"

}  // namespace slm::formats
