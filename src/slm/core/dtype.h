#pragma once

#include <cstdint>
#include <string_view>

#include "slm/core/bfloat16.h"

namespace slm {

enum class DType : uint8_t { kFloat32, kFloat64, kBFloat16, kFloat16, kUInt8, kUInt16, kInt32, kInt64 };
inline constexpr int kNumDTypes = 8;

int64_t size_bytes(DType dtype);
std::string_view name(DType dtype);  // "float32", "bfloat16", ...
bool is_floating_point(DType dtype);

// Distance from 1 to the next larger value of a floating-point dtype: 2^-23 for float32, 2^-7 for bfloat16.
double epsilon(DType dtype);

template <class T>
inline constexpr DType kDTypeOf = [] { static_assert(sizeof(T) == 0, "no dtype for this type"); }();
template <>
inline constexpr DType kDTypeOf<float> = DType::kFloat32;
template <>
inline constexpr DType kDTypeOf<double> = DType::kFloat64;
template <>
inline constexpr DType kDTypeOf<BFloat16> = DType::kBFloat16;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kUInt8;
template <>
inline constexpr DType kDTypeOf<uint16_t> = DType::kUInt16;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kInt32;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kInt64;

}  // namespace slm
