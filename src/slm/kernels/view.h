#pragma once

#include <cassert>
#include <cstdint>

#include "slm/core/dtype.h"
#include "slm/core/shape.h"

namespace slm::kernels {

// Contiguous elements that a kernel reads: no ownership. An empty view (no data) stands for an absent argument.
struct ConstView {
  const void* data = nullptr;
  DType dtype = DType::kFloat32;
  Shape shape;

  explicit operator bool() const { return data != nullptr; }
  int64_t num_elements() const { return shape.num_elements(); }
  int64_t num_rows() const { return shape.num_rows(); }

  template <class T>
  const T* as() const {
    assert(data == nullptr || dtype == kDTypeOf<T>);
    return static_cast<const T*>(data);
  }
};

// Contiguous elements that a kernel writes.
struct View {
  void* data = nullptr;
  DType dtype = DType::kFloat32;
  Shape shape;

  explicit operator bool() const { return data != nullptr; }
  operator ConstView() const { return {data, dtype, shape}; }
  int64_t num_elements() const { return shape.num_elements(); }
  int64_t num_rows() const { return shape.num_rows(); }

  template <class T>
  T* as() const {
    assert(data == nullptr || dtype == kDTypeOf<T>);
    return static_cast<T*>(data);
  }
};

// Where a gradient goes. Absent: nobody wants it. `accumulate`: add to what is there; otherwise overwrite it.
struct GradView {
  View view;
  bool accumulate = false;

  explicit operator bool() const { return static_cast<bool>(view); }
};

}  // namespace slm::kernels
