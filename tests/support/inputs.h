#pragma once

#include <vector>

#include "slm/tensor/tensor.h"

namespace slm::test {

// Standard normal elements, the same for the same seed; rounded to `dtype` (fp32 and fp64 see equal values for one seed
// up to that rounding).
Tensor normal_inputs(const Shape& shape, DType dtype, uint64_t seed);

// Uniform integers in [0, limit), int32.
Tensor random_ids(const Shape& shape, int32_t limit, uint64_t seed);

// Row lengths on both sides of every vector width, odd ones, and one.
inline const std::vector<int64_t> kRowLengths = {1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 67, 128, 511};

// Numbers of elements around every vector width, and one that gives several threads a piece.
inline constexpr int64_t kElementCounts[] = {1, 7, 8, 15, 16, 17, 33, 511, 40001};

}  // namespace slm::test
