#include "slm/formats/element_type.h"

#include <algorithm>
#include <array>

namespace slm::formats {
namespace {

struct ElementTraits {
  ElementType type;
  int64_t size_bytes;
  DType dtype;
  std::string_view name;
  std::string_view safetensors_name;
  std::string_view torch_storage_name;
};

constexpr std::array<ElementTraits, kNumElementTypes> kTraits = {{
    {ElementType::kFloat32, 4, DType::kFloat32, "float32", "F32", "FloatStorage"},
    {ElementType::kFloat64, 8, DType::kFloat64, "float64", "F64", "DoubleStorage"},
    {ElementType::kBFloat16, 2, DType::kBFloat16, "bfloat16", "BF16", "BFloat16Storage"},
    {ElementType::kFloat16, 2, DType::kFloat16, "float16", "F16", "HalfStorage"},
    {ElementType::kBool, 1, DType::kUInt8, "bool", "BOOL", "BoolStorage"},
    {ElementType::kUInt8, 1, DType::kUInt8, "uint8", "U8", "ByteStorage"},
    {ElementType::kInt8, 1, DType::kInt32, "int8", "I8", "CharStorage"},
    {ElementType::kUInt16, 2, DType::kUInt16, "uint16", "U16", ""},
    {ElementType::kInt16, 2, DType::kInt32, "int16", "I16", "ShortStorage"},
    {ElementType::kUInt32, 4, DType::kInt64, "uint32", "U32", ""},
    {ElementType::kInt32, 4, DType::kInt32, "int32", "I32", "IntStorage"},
    {ElementType::kUInt64, 8, DType::kInt64, "uint64", "U64", ""},
    {ElementType::kInt64, 8, DType::kInt64, "int64", "I64", "LongStorage"},
}};

const ElementTraits& traits(ElementType type) { return kTraits[static_cast<size_t>(type)]; }

std::optional<ElementType> find(std::string_view name, std::string_view ElementTraits::*member) {
  const auto found = std::find_if(kTraits.begin(), kTraits.end(), [&](const auto& t) { return t.*member == name; });
  if (name.empty() || found == kTraits.end()) return std::nullopt;
  return found->type;
}

}  // namespace

int64_t size_bytes(ElementType type) { return traits(type).size_bytes; }
std::string_view name(ElementType type) { return traits(type).name; }
DType dtype_of(ElementType type) { return traits(type).dtype; }
std::string_view safetensors_name(ElementType type) { return traits(type).safetensors_name; }
std::string_view torch_storage_name(ElementType type) { return traits(type).torch_storage_name; }

ElementType element_type_of(DType dtype) { return *from_torch_name(slm::name(dtype)); }

std::optional<ElementType> from_safetensors_name(std::string_view name) {
  return find(name, &ElementTraits::safetensors_name);
}
std::optional<ElementType> from_torch_storage_name(std::string_view name) {
  return find(name, &ElementTraits::torch_storage_name);
}
std::optional<ElementType> from_torch_name(std::string_view name) { return find(name, &ElementTraits::name); }

}  // namespace slm::formats
