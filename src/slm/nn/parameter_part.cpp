#include "slm/nn/parameter_part.h"

#include "slm/core/parallel.h"

namespace slm::nn {
namespace {

template <class T>
void transpose(const T* from, T* to, int64_t rows, int64_t columns) {
  parallel_for(0, columns, 16, [&](int64_t begin, int64_t end) {
    for (int64_t column = begin; column < end; ++column) {
      for (int64_t row = 0; row < rows; ++row) to[column * rows + row] = from[row * columns + column];
    }
  });
}

// (M, N) -> (N, M)
void transpose_into(const Tensor& from, const Tensor& to) {
  const int64_t rows = from.shape()[0], columns = from.shape()[1];
  if (from.dtype() == DType::kFloat64) {
    transpose(from.data<double>(), to.data<double>(), rows, columns);
  } else {
    transpose(from.data<float>(), to.data<float>(), rows, columns);
  }
}

}  // namespace

Shape part_shape(const Parameter& parameter, const ParameterPart& part) {
  const Shape& whole = parameter.master.shape();
  if (whole.rank() == 1) return {part.num_rows};
  return part.is_transposed ? Shape{whole[1], part.num_rows} : Shape{part.num_rows, whole[1]};
}

Tensor extract_part(const Tensor& whole, const ParameterPart& part) {
  const Tensor rows = whole.slice(part.row_begin, part.num_rows);
  if (!part.is_transposed) return rows;
  const Tensor transposed = Tensor::empty({rows.shape()[1], rows.shape()[0]}, whole.dtype());
  transpose_into(rows, transposed);
  return transposed;
}

void insert_part(const Tensor& whole, const ParameterPart& part, const Tensor& value) {
  const Tensor rows = whole.slice(part.row_begin, part.num_rows);
  if (!part.is_transposed) {
    rows.copy_from(value);
    return;
  }
  check_shape("state dict", part.name, value.shape(), {rows.shape()[1], rows.shape()[0]});
  transpose_into(value.to(whole.dtype()), rows);
}

}  // namespace slm::nn
