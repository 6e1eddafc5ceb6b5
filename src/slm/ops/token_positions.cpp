#include "slm/ops/token_positions.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::ops {
namespace {

Tensor consecutive_ids(const Shape& shape, int64_t first) {
  const Tensor ids = Tensor::empty(shape, DType::kInt32);
  int64_t column = 0;
  for (int32_t& id : ids.span<int32_t>()) {
    id = static_cast<int32_t>(first + column);
    column = column + 1 == shape.back() ? 0 : column + 1;
  }
  return ids;
}

}  // namespace

Tensor position_ids(std::string_view op, const TokenPositions& positions, const Shape& shape, int64_t num_positions) {
  if (positions.ids) check_shape(op, "positions", positions.ids.shape(), shape);
  const Tensor ids = positions.ids ? positions.ids : consecutive_ids(shape, positions.first);
  for (const int32_t id : ids.span<int32_t>()) {
    if (id >= 0 && id < num_positions) continue;
    throw ShapeError(
        fmt::format("[{}] got position {}, expected 0 to {}: the sequence is longer than the model has "
                    "positions; shorten it, or use a model with a longer max_seq_len",
                    op, id, num_positions - 1));
  }
  return ids;
}

}  // namespace slm::ops
