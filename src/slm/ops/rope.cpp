#include "slm/ops/rope.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/rope.h"

namespace slm::ops {
namespace {

// The same elements where nobody else holds them, else room for as many.
Tensor reused_or_empty(const Tensor& tensor) { return tensor.shares_storage() ? empty_like(tensor) : tensor; }

}  // namespace

Tensor rope_table(int64_t num_positions, int64_t head_dim, double theta, DType dtype) {
  if (head_dim % 2 != 0) {
    throw UsageError(
        fmt::format("[rope] head_dim is {}, expected an even number: elements are rotated in pairs", head_dim));
  }
  const Tensor table = Tensor::empty({num_positions, head_dim}, DType::kFloat64);
  const int64_t half = head_dim / 2;
  for (int64_t i = 0; i < half; ++i) {
    const double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(head_dim));
    for (int64_t position = 0; position < num_positions; ++position) {
      const double angle = static_cast<double>(position) * frequency;
      double* cosines = table.data<double>() + position * head_dim;
      cosines[i] = std::cos(angle);
      cosines[half + i] = std::sin(angle);
    }
  }
  return table.to(dtype);
}

// Each pair (x1, x2) = (x[i], x[i + E/2]) of a rotated head becomes (x1 cos - x2 sin, x2 cos + x1 sin).
//   qkv: (B, T, W)   table: (P, E)
Variable rope(Variable qkv, const Tensor& table, int64_t num_rotated, const TokenPositions& positions) {
  assert(table.dtype() == (qkv.dtype() == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32));
  const int64_t width = qkv.shape().back(), head_dim = table.shape().back();
  if (width % head_dim != 0 || num_rotated * head_dim > width) {
    throw ShapeError(
        fmt::format("[rope] rows of {} elements do not hold {} heads of {} and whole ones behind them; qkv is {}",
                    width, num_rotated, head_dim, to_string(qkv.shape())));
  }
  Shape batch;
  for (int i = 0; i + 1 < qkv.shape().rank(); ++i) batch.push_back(qkv.shape()[i]);
  const Tensor ids = position_ids("rope", positions, batch, table.shape()[0]);
  const Tensor y = reused_or_empty(qkv.value());
  kernels::rope(y.device(), y.dtype(), {qkv.view(), table.view(), ids.view(), y.view(), num_rotated, false});
  return record("rope", y, {qkv}, [qkv = qkv.node(), table, ids, num_rotated](Tensor& dy, Gradients& grads) {
    // dx is dy rotated by the negative angles
    const Tensor dx = reused_or_empty(dy);
    kernels::rope(dx.device(), dx.dtype(), {dy.view(), table.view(), ids.view(), dx.view(), num_rotated, true});
    grads.assign(qkv, dx);
  });
}

}  // namespace slm::ops
