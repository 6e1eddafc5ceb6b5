#include "slm/core/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

#include "slm/core/error.h"

namespace slm {

Shape::Shape(std::initializer_list<int64_t> dims) {
  for (const int64_t dim : dims) push_back(dim);
}

int64_t Shape::operator[](int i) const {
  const int index = i < 0 ? i + rank_ : i;
  assert(index >= 0 && index < rank_);
  return dims_[static_cast<size_t>(index)];
}

int64_t Shape::num_elements() const {
  int64_t count = 1;
  for (const int64_t dim : *this) count *= dim;
  return count;
}

int64_t Shape::num_rows() const {
  int64_t count = 1;
  for (int i = 0; i + 1 < rank_; ++i) count *= (*this)[i];
  return count;
}

void Shape::push_back(int64_t dim) {
  assert(rank_ < kMaxRank && dim >= 0);
  dims_[static_cast<size_t>(rank_++)] = dim;
}

bool Shape::operator==(const Shape& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

std::string to_string(const Shape& shape) { return fmt::format("({})", fmt::join(shape.begin(), shape.end(), ", ")); }

void check_shape(std::string_view op, std::string_view what, const Shape& got, const Shape& expected) {
  if (got == expected) return;
  throw ShapeError(fmt::format("[{}] {} has shape {}, expected {}", op, what, to_string(got), to_string(expected)));
}

}  // namespace slm
