#include "slm/tensor/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "slm/core/allocator.h"
#include "slm/core/error.h"

namespace slm {
namespace {

// Calls fn with a null pointer of the element type that a floating-point dtype stands for.
template <class Fn>
void with_float_type(DType dtype, Fn&& fn) {
  switch (dtype) {
    case DType::kFloat32:
      return fn(static_cast<float*>(nullptr));
    case DType::kFloat64:
      return fn(static_cast<double*>(nullptr));
    case DType::kBFloat16:
      return fn(static_cast<BFloat16*>(nullptr));
    default:
      throw ShapeError(fmt::format("[tensor] cannot convert elements of dtype {}", name(dtype)));
  }
}

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, BFloat16>) {
    return BFloat16(static_cast<float>(value));
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace

Storage::Storage(int64_t size_bytes, Device device)
    : data_(host_allocator().allocate(std::max<int64_t>(size_bytes, 1))), size_bytes_(size_bytes), device_(device) {
  assert(device == Device::kCpu);
}

Storage::~Storage() { host_allocator().deallocate(data_, std::max<int64_t>(size_bytes_, 1)); }

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  Tensor tensor;
  tensor.shape_ = shape;
  tensor.dtype_ = dtype;
  tensor.storage_ = std::make_shared<Storage>(shape.num_elements() * slm::size_bytes(dtype), device);
  return tensor;
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, Device device) {
  Tensor tensor = empty(shape, dtype, device);
  tensor.fill_zero();
  return tensor;
}

template <class T>
Tensor Tensor::from(std::span<const T> values, const Shape& shape) {
  if (static_cast<int64_t>(values.size()) != shape.num_elements()) {
    throw ShapeError(fmt::format("[tensor] {} values for shape {}", values.size(), to_string(shape)));
  }
  Tensor tensor = empty(shape, kDTypeOf<T>);
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

template Tensor Tensor::from(std::span<const float>, const Shape&);
template Tensor Tensor::from(std::span<const double>, const Shape&);
template Tensor Tensor::from(std::span<const BFloat16>, const Shape&);
template Tensor Tensor::from(std::span<const uint8_t>, const Shape&);
template Tensor Tensor::from(std::span<const uint16_t>, const Shape&);
template Tensor Tensor::from(std::span<const int32_t>, const Shape&);
template Tensor Tensor::from(std::span<const int64_t>, const Shape&);

void* Tensor::raw() const {
  assert(storage_ != nullptr);
  return static_cast<char*>(storage_->data()) + offset_bytes_;
}

Tensor Tensor::reshape(const Shape& shape) const {
  if (shape.num_elements() != num_elements()) {
    throw ShapeError(fmt::format("[reshape] cannot see shape {} as {}", to_string(shape_), to_string(shape)));
  }
  Tensor tensor = *this;
  tensor.shape_ = shape;
  return tensor;
}

Tensor Tensor::slice(int64_t begin, int64_t count) const {
  const int64_t rows = shape_[0];
  if (begin < 0 || count < 0 || begin > rows - count) {
    throw ShapeError(fmt::format("[slice] {} rows from row {} of {}", count, begin, to_string(shape_)));
  }
  Tensor tensor = *this;
  tensor.shape_ = Shape{count};
  for (int i = 1; i < shape_.rank(); ++i) tensor.shape_.push_back(shape_[i]);
  tensor.offset_bytes_ += rows == 0 ? 0 : size_bytes() / rows * begin;
  return tensor;
}

Tensor Tensor::clone() const {
  Tensor copy = empty_like(*this);
  std::memcpy(copy.raw(), raw(), static_cast<size_t>(size_bytes()));
  return copy;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  Tensor converted = empty(shape_, dtype, device());
  converted.copy_from(*this);
  return converted;
}

void Tensor::copy_from(const Tensor& source) const {
  check_shape("copy", "source", source.shape(), shape_);
  if (source.dtype() == dtype_) {
    std::memmove(raw(), source.raw(), static_cast<size_t>(size_bytes()));
    return;
  }
  with_float_type(dtype_, [&]<class To>(To*) {
    with_float_type(source.dtype(), [&]<class From>(From*) {
      std::transform(source.data<From>(), source.data<From>() + num_elements(), data<To>(), convert<To, From>);
    });
  });
}

void Tensor::fill_zero() const { std::memset(raw(), 0, static_cast<size_t>(size_bytes())); }

}  // namespace slm
