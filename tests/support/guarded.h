#pragma once

#include <gtest/gtest.h>

#include "slm/tensor/tensor.h"

namespace slm::test {

// An output of a kernel under test: filled with NaN (integers: -1), between two rows of guard bytes that the kernel
// must leave alone, and off any alignment but that of its elements.
class GuardedOutput {
 public:
  GuardedOutput(const Shape& shape, DType dtype);

  kernels::View view() const { return tensor_.view(); }
  const Tensor& tensor() const { return tensor_; }
  testing::AssertionResult guards_intact() const;

 private:
  Tensor buffer_;  // guard, elements, guard
  Tensor tensor_;  // the elements
};

// The same, holding normal numbers: what a kernel updates in place.
GuardedOutput in_place(const Shape& shape, DType dtype, uint64_t seed);

}  // namespace slm::test
