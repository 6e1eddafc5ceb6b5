#include "slm/ops/linear_cross_entropy.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/column_sum.h"
#include "slm/kernels/cross_entropy.h"
#include "slm/kernels/matmul.h"

namespace slm::ops {
namespace {

DType accumulation_dtype(DType dtype) { return dtype == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32; }

void check_targets(const Tensor& targets, int64_t num_rows, int64_t vocab) {
  if (targets.num_elements() != num_rows) {
    throw ShapeError(fmt::format("[linear_cross_entropy] {} targets for {} rows", targets.num_elements(), num_rows));
  }
  int64_t row = 0;
  for (const int32_t target : targets.span<int32_t>()) {
    if (target < -1 || target >= vocab) {
      throw Error(fmt::format("[linear_cross_entropy] target {} of row {} is outside the vocabulary of {}", target, row,
                              vocab));
    }
    ++row;
  }
}

void scale(const Tensor& tensor, double factor) {
  const auto scale_as = [&]<class T>(std::span<T> elements) {
    for (T& element : elements) element = T(static_cast<float>(static_cast<double>(element) * factor));
  };
  if (tensor.dtype() == DType::kFloat64) {
    for (double& element : tensor.span<double>()) element *= factor;
  } else if (tensor.dtype() == DType::kBFloat16) {
    scale_as(tensor.span<BFloat16>());
  } else {
    scale_as(tensor.span<float>());
  }
}

}  // namespace

Tensor logits(const Variable& x, const Variable& w, const Variable& b) {
  const int64_t vocab = w.shape()[0], dim = x.shape().back();
  check_shape("logits", "weight", w.shape(), {vocab, dim});
  Shape shape;
  for (int i = 0; i + 1 < x.shape().rank(); ++i) shape.push_back(x.shape()[i]);
  shape.push_back(vocab);
  const Tensor z = Tensor::empty(shape, accumulation_dtype(x.dtype()), x.device());
  const int64_t num_rows = x.value().num_rows();
  kernels::matmul(x.device(), x.dtype(),
                  {.a = x.value().reshape({num_rows, dim}).view(),
                   .b = w.view(),
                   .bias = b.view(),
                   .c = z.reshape({num_rows, vocab}).view(),
                   .is_b_transposed = true});
  return z;
}

// z = x w^T + b, loss = loss_scale * sum over rows of cross_entropy(z)      x: (R, D)   w: (V, D)   z: (R, V), in
// chunks
CrossEntropyResult linear_cross_entropy(const Variable& x, const Variable& w, const Variable& b, const Tensor& targets,
                                        const CrossEntropyOptions& options) {
  const int64_t vocab = w.shape()[0], dim = x.shape().back(), num_rows = x.value().num_rows();
  check_shape("linear_cross_entropy", "weight", w.shape(), {vocab, dim});
  if (b) check_shape("linear_cross_entropy", "bias", b.shape(), {vocab});
  check_targets(targets, num_rows, vocab);

  const bool is_recorded =
      Tape::active() != nullptr && (x.requires_grad() || w.requires_grad() || (b && b.requires_grad()));
  const DType sums = accumulation_dtype(x.dtype());
  const Tensor rows = x.value().reshape({num_rows, dim}), flat_targets = targets.reshape({num_rows});
  const Tensor dx = is_recorded ? empty_like(rows) : Tensor();
  const Tensor dw = is_recorded && w.requires_grad() ? Tensor::empty(w.shape(), sums) : Tensor();
  const Tensor db = is_recorded && b && b.requires_grad() ? Tensor::empty(b.shape(), sums) : Tensor();

  const int64_t chunk_rows = std::min(kCrossEntropyRowsAtOnce, std::max<int64_t>(num_rows, 1));
  const Tensor z_buffer = Tensor::empty({chunk_rows, vocab}, sums);
  const Tensor dz_buffer = is_recorded && x.dtype() != sums ? Tensor::empty({chunk_rows, vocab}, x.dtype()) : z_buffer;
  const Tensor losses = Tensor::empty({num_rows}, DType::kFloat64), correct = Tensor::empty({num_rows}, DType::kInt32);
  for (int64_t first = 0; first < num_rows; first += chunk_rows) {
    const int64_t count = std::min(chunk_rows, num_rows - first);
    const Tensor x_chunk = rows.slice(first, count), z = z_buffer.slice(0, count), dz = dz_buffer.slice(0, count);
    kernels::matmul(x.device(), x.dtype(),
                    {.a = x_chunk.view(), .b = w.view(), .bias = b.view(), .c = z.view(), .is_b_transposed = true});
    kernels::cross_entropy(x.device(), sums,
                           {.logits = z.view(),
                            .targets = flat_targets.slice(first, count).view(),
                            .losses = losses.slice(first, count).view(),
                            .is_correct = correct.slice(first, count).view(),
                            .dlogits = is_recorded ? dz.view() : kernels::View{},
                            .gradient_scale = options.loss_scale,
                            .label_smoothing = options.label_smoothing});
    if (!is_recorded) continue;
    // dx = dz w      dw += dz^T x      db += sum over rows of dz
    kernels::matmul(x.device(), x.dtype(),
                    {.a = dz.view(), .b = w.view(), .bias = {}, .c = dx.slice(first, count).view()});
    const bool accumulate = first > 0;
    if (dw) {
      kernels::matmul(x.device(), x.dtype(),
                      {.a = dz.view(),
                       .b = x_chunk.view(),
                       .bias = {},
                       .c = dw.view(),
                       .is_a_transposed = true,
                       .accumulate = accumulate});
    }
    if (db) kernels::column_sum(x.device(), x.dtype(), {dz.view(), {db.view(), accumulate}});
  }

  CrossEntropyResult result;
  for (int64_t row = 0; row < num_rows; ++row) {
    result.loss_sum += losses.data<double>()[row];
    result.num_correct += correct.data<int32_t>()[row];
    result.num_targets += flat_targets.data<int32_t>()[row] >= 0 ? 1 : 0;
  }
  const Tensor loss = Tensor::empty({1}, DType::kFloat64);
  *loss.data<double>() = options.loss_scale * result.loss_sum;
  result.loss = record(
      "linear_cross_entropy", loss.to(sums), {x, w, b},
      [x = x.node(), w = w.node(), b = b.node(), dx = dx, dw, db, shape = x.shape()](Tensor& dloss, Gradients& grads) {
        // The gradients were formed for dloss = 1.
        const double factor = *dloss.to(DType::kFloat64).data<double>();
        for (const Tensor& gradient : {dx, dw, db}) {
          if (gradient && factor != 1.0) scale(gradient, factor);
        }
        grads.assign(x, dx.reshape(shape));
        if (dw) grads.assign(w, dw);
        if (db) grads.assign(b, db);
      });
  return result;
}

}  // namespace slm::ops
