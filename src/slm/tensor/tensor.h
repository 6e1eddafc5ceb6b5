#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "slm/core/device.h"
#include "slm/core/dtype.h"
#include "slm/core/shape.h"
#include "slm/kernels/view.h"

namespace slm {

// A block of one device's memory, returned to its caching allocator when the last tensor lets go of it.
class Storage {
 public:
  Storage(int64_t size_bytes, Device device);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  int64_t size_bytes() const { return size_bytes_; }
  Device device() const { return device_; }

 private:
  void* data_;
  int64_t size_bytes_;
  Device device_;
};

// A contiguous array: shared storage, an offset, a shape and a dtype. Copies share the storage; clone() does not.
// A default-constructed tensor is "absent": it has no storage and stands for an optional argument left out.
class Tensor {
 public:
  Tensor() = default;

  static Tensor empty(const Shape& shape, DType dtype, Device device = Device::kCpu);  // uninitialised
  static Tensor zeros(const Shape& shape, DType dtype, Device device = Device::kCpu);
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape);  // copies; values.size() must fit the shape

  explicit operator bool() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  Device device() const { return storage_->device(); }
  int64_t num_elements() const { return shape_.num_elements(); }
  int64_t num_rows() const { return shape_.num_rows(); }
  int64_t size_bytes() const { return num_elements() * slm::size_bytes(dtype_); }
  bool shares_storage() const { return storage_.use_count() > 1; }

  void* raw() const;
  template <class T>
  T* data() const {  // asserts the dtype
    return view().as<T>();
  }
  template <class T>
  std::span<T> span() const {
    return {data<T>(), static_cast<size_t>(num_elements())};
  }

  kernels::View view() const { return {*this ? raw() : nullptr, dtype_, shape_}; }

  // The same elements under another shape of as many elements. Throws ShapeError.
  Tensor reshape(const Shape& shape) const;
  // Rows [begin, begin + count) of dimension 0, sharing the storage.
  Tensor slice(int64_t begin, int64_t count) const;

  Tensor clone() const;
  // A copy with each element converted (floating-point dtypes only); this tensor itself when the dtype is the same.
  Tensor to(DType dtype) const;
  // Copies the elements of `source`, of the same shape, converting between floating-point dtypes.
  void copy_from(const Tensor& source) const;
  void fill_zero() const;

 private:
  std::shared_ptr<Storage> storage_;
  int64_t offset_bytes_ = 0;
  Shape shape_;
  DType dtype_ = DType::kFloat32;
};

inline Tensor empty_like(const Tensor& tensor) {
  return Tensor::empty(tensor.shape(), tensor.dtype(), tensor.device());
}

}  // namespace slm
