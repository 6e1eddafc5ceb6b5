#pragma once

#include <gtest/gtest.h>

#include "slm/tensor/tensor.h"

namespace slm::test {

// Whether every element of `got` is within `limit` of `want`, of the same shape, where the error of an element is
// |got - want| / (|want| + rms of its row of `want`). Dtypes may differ. NaN or infinity in `got` never passes. The
// message names the worst element, both values, its error and the limit.
testing::AssertionResult close(const Tensor& got, const Tensor& want, double limit);

// The largest such error; infinity where `got` is not finite.
double worst_error(const Tensor& got, const Tensor& want);

// |got - want| / |want| in the Euclidean norm over the whole tensor: for comparisons where single elements may jump, as
// a ReLU's do when its input changes sign in bf16.
double norm_error(const Tensor& got, const Tensor& want);

// Whether all bytes are equal.
testing::AssertionResult same_bits(const Tensor& got, const Tensor& want);

}  // namespace slm::test
