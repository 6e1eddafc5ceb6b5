#pragma once

#include <cstddef>
#include <cstdint>

#include "slm/core/dtype.h"
#include "slm/formats/element_type.h"

namespace slm::formats {

// Whether a file's elements can become a DType: floating point to floating point, integers to integers.
bool is_convertible(ElementType from, DType to);

// Converts `count` elements that stand `stride` elements apart in `source`, which need not be aligned, into
// `destination`. Returns the index of the first integer that does not fit into `to`, or `count` when all did.
int64_t convert_elements(ElementType from, const std::byte* source, int64_t stride, DType to, void* destination,
                         int64_t count);

}  // namespace slm::formats
