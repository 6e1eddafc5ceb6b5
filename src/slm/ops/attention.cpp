#include "slm/ops/attention.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/attention.h"
#include "slm/kernels/copy_heads.h"

namespace slm::ops {
namespace {

kernels::AttentionSize checked_size(const Tensor& qkv, const AttentionOptions& options) {
  const int64_t num_heads = options.num_heads, num_kv_heads = options.num_kv_heads;
  if (num_heads < 1 || num_kv_heads < 1 || num_heads % num_kv_heads != 0) {
    throw ShapeError(
        fmt::format("[attention] {} heads cannot share {} key-value heads: use a divisor", num_heads, num_kv_heads));
  }
  const int64_t parts = num_heads + 2 * num_kv_heads;
  if (qkv.shape().rank() != 3 || qkv.shape().back() % parts != 0) {
    throw ShapeError(fmt::format("[attention] qkv has shape {}, expected (B, T, n * {}) for {} + 2 * {} heads",
                                 to_string(qkv.shape()), parts, num_heads, num_kv_heads));
  }
  if (!(options.dropout >= 0 && options.dropout < 1)) {
    throw UsageError(fmt::format("[attention] dropout is {}, expected at least 0 and less than 1", options.dropout));
  }
  if (options.first_key) {
    check_shape("attention", "first_key", options.first_key.shape(), {qkv.shape()[0], qkv.shape()[1]});
  }
  return {.batch = qkv.shape()[0],
          .num_heads = num_heads,
          .num_kv_heads = num_kv_heads,
          .num_queries = qkv.shape()[1],
          .head_dim = qkv.shape().back() / parts,
          .dtype = qkv.dtype()};
}

double scale_of(const AttentionOptions& options, const kernels::AttentionSize& size) {
  return options.scale != 0 ? options.scale : 1 / std::sqrt(static_cast<double>(size.head_dim));
}

// Heads [begin, begin + count) of rows that hold `row_heads` heads.
kernels::Heads heads_of(const kernels::View& rows, const kernels::AttentionSize& size, int64_t row_heads,
                        int64_t begin) {
  const int64_t row_stride = row_heads * size.head_dim;
  return {static_cast<char*>(rows.data) + begin * size.head_dim * size_bytes(size.dtype), size.num_queries * row_stride,
          size.head_dim, row_stride};
}

struct PackedHeads {
  kernels::Heads q, k, v;

  PackedHeads(const kernels::View& qkv, const kernels::AttentionSize& size) {
    const int64_t row_heads = size.num_heads + 2 * size.num_kv_heads;
    q = heads_of(qkv, size, row_heads, 0);
    k = heads_of(qkv, size, row_heads, size.num_heads);
    v = heads_of(qkv, size, row_heads, size.num_heads + size.num_kv_heads);
  }
};

}  // namespace

// y = dropout(softmax(scale * q k^T)) v over the keys each query sees.
//   qkv: (B, T, (H + 2G) * E)   y: (B, T, H * E)   log_sum_exp: (B, H, T)
Variable attention(const Variable& qkv, const AttentionOptions& options) {
  const kernels::AttentionSize size = checked_size(qkv.value(), options);
  const double scale = scale_of(options, size);
  const kernels::AttentionDropout dropout{options.dropout, options.random, options.batch_offset};
  const Tensor first_key = options.first_key;
  const kernels::ConstView first_key_view = first_key ? first_key.view() : kernels::View{};
  const Tensor y =
      Tensor::empty({size.batch, size.num_queries, size.num_heads * size.head_dim}, qkv.dtype(), qkv.device());
  const DType statistics = qkv.dtype() == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Tensor log_sum_exp = Tensor::empty({size.batch, size.num_heads, size.num_queries}, statistics, qkv.device());
  const PackedHeads in(qkv.view(), size);
  kernels::attention_forward(qkv.device(), qkv.dtype(),
                             {.size = size,
                              .q = in.q,
                              .k = in.k,
                              .v = in.v,
                              .y = heads_of(y.view(), size, size.num_heads, 0),
                              .log_sum_exp = log_sum_exp.view(),
                              .scale = scale,
                              .first_key = first_key_view,
                              .query_begin = {},
                              .dropout = dropout});
  return record("attention", y, {qkv},
                [qkv, y, log_sum_exp, first_key, size, scale, dropout](Tensor& dy, Gradients& grads) {
                  const kernels::GradView dqkv = grads.of(qkv);
                  if (!dqkv) return;
                  const PackedHeads saved(qkv.view(), size), gradient(dqkv.view, size);
                  kernels::attention_backward(qkv.device(), qkv.dtype(),
                                              {.size = size,
                                               .dy = heads_of(dy.view(), size, size.num_heads, 0),
                                               .q = saved.q,
                                               .k = saved.k,
                                               .v = saved.v,
                                               .y = heads_of(y.view(), size, size.num_heads, 0),
                                               .log_sum_exp = log_sum_exp.view(),
                                               .dq = gradient.q,
                                               .dk = gradient.k,
                                               .dv = gradient.v,
                                               .accumulate = dqkv.accumulate,
                                               .scale = scale,
                                               .first_key = first_key ? first_key.view() : kernels::View{},
                                               .dropout = dropout});
                });
}

Tensor cached_attention(const Tensor& qkv, const Tensor& keys, const Tensor& values, int64_t past,
                        const AttentionOptions& options) {
  assert(options.dropout == 0 && !options.first_key);
  const kernels::AttentionSize size = checked_size(qkv, options);
  const int64_t capacity = keys.shape().rank() == 4 ? keys.shape()[2] : 0;
  const Shape cache_shape = {size.batch, size.num_kv_heads, capacity, size.head_dim};
  check_shape("cached_attention", "keys", keys.shape(), cache_shape);
  check_shape("cached_attention", "values", values.shape(), cache_shape);
  if (past < 0 || past > capacity - size.num_queries) {
    throw ShapeError(fmt::format("[cached_attention] {} tokens after {} do not fit a cache of {}: reserve more room",
                                 size.num_queries, past, capacity));
  }
  const auto rows_of = [&](const Tensor& cache, int64_t first) {
    return kernels::Heads{static_cast<char*>(cache.raw()) + first * size.head_dim * size_bytes(size.dtype),
                          size.num_kv_heads * capacity * size.head_dim, capacity * size.head_dim, size.head_dim};
  };
  const PackedHeads in(qkv.view(), size);
  for (const auto& [from, cache] : {std::pair{in.k, keys}, std::pair{in.v, values}}) {
    kernels::copy_heads(qkv.device(), qkv.dtype(),
                        {.from = from,
                         .to = rows_of(cache, past),
                         .batch = size.batch,
                         .num_heads = size.num_kv_heads,
                         .num_rows = size.num_queries,
                         .head_dim = size.head_dim});
  }
  const Tensor y =
      Tensor::empty({size.batch, size.num_queries, size.num_heads * size.head_dim}, qkv.dtype(), qkv.device());
  const std::vector<int32_t> begins(static_cast<size_t>(size.batch), static_cast<int32_t>(past));
  const Tensor query_begin = Tensor::from<int32_t>(begins, {size.batch});
  kernels::attention_forward(qkv.device(), qkv.dtype(),
                             {.size = size,
                              .q = in.q,
                              .k = rows_of(keys, 0),
                              .v = rows_of(values, 0),
                              .y = heads_of(y.view(), size, size.num_heads, 0),
                              .log_sum_exp = {},
                              .scale = scale_of(options, size),
                              .first_key = {},
                              .query_begin = query_begin.view(),
                              .dropout = {}});
  return y;
}

}  // namespace slm::ops
