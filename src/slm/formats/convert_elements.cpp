#include "slm/formats/convert_elements.h"

#include <cassert>
#include <concepts>
#include <cstring>
#include <utility>

#include "slm/formats/float16.h"

namespace slm::formats {
namespace {

template <class T>
struct TypeTag {
  using type = T;
};

// Calls fn(TypeTag<T>{}) with the C++ type that `type` stands for.
template <class Fn>
auto with_type(ElementType type, const Fn& fn) {
  switch (type) {
    case ElementType::kFloat32:
      return fn(TypeTag<float>{});
    case ElementType::kFloat64:
      return fn(TypeTag<double>{});
    case ElementType::kBFloat16:
      return fn(TypeTag<BFloat16>{});
    case ElementType::kFloat16:
      return fn(TypeTag<Float16>{});
    case ElementType::kInt8:
      return fn(TypeTag<int8_t>{});
    case ElementType::kUInt16:
      return fn(TypeTag<uint16_t>{});
    case ElementType::kInt16:
      return fn(TypeTag<int16_t>{});
    case ElementType::kUInt32:
      return fn(TypeTag<uint32_t>{});
    case ElementType::kInt32:
      return fn(TypeTag<int32_t>{});
    case ElementType::kUInt64:
      return fn(TypeTag<uint64_t>{});
    case ElementType::kInt64:
      return fn(TypeTag<int64_t>{});
    case ElementType::kBool:
    case ElementType::kUInt8:
      break;
  }
  return fn(TypeTag<uint8_t>{});
}

template <class To, class From>
To convert_float(From value) {
  if constexpr (std::floating_point<To>) {
    return static_cast<To>(value);
  } else {
    return To(static_cast<float>(value));
  }
}

template <class From, class To>
int64_t convert(const std::byte* source, int64_t stride, To* destination, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, source + i * stride * static_cast<int64_t>(sizeof(From)), sizeof(From));
    if constexpr (std::same_as<From, To>) {
      destination[i] = value;
    } else if constexpr (std::integral<From>) {
      if (!std::in_range<To>(value)) return i;
      destination[i] = static_cast<To>(value);
    } else {
      destination[i] = convert_float<To>(value);
    }
  }
  return count;
}

}  // namespace

bool is_convertible(ElementType from, DType to) { return is_floating_point(dtype_of(from)) == is_floating_point(to); }

int64_t convert_elements(ElementType from, const std::byte* source, int64_t stride, DType to, void* destination,
                         int64_t count) {
  assert(is_convertible(from, to));
  if (stride == 1 && size_bytes(from) == slm::size_bytes(to) && dtype_of(from) == to && from != ElementType::kUInt64) {
    if (count > 0) std::memcpy(destination, source, static_cast<size_t>(count * size_bytes(from)));
    return count;
  }
  return with_type(from, [&]<class From>(TypeTag<From>) {
    return with_type(element_type_of(to), [&]<class To>(TypeTag<To>) -> int64_t {
      if constexpr (std::integral<From> == std::integral<To>) {
        return convert<From>(source, stride, static_cast<To*>(destination), count);
      } else {
        return 0;
      }
    });
  });
}

}  // namespace slm::formats
