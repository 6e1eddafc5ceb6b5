#include "slm/kernels/attention.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "slm/core/parallel.h"
#include "slm/kernels/ref/attention.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// (B, heads, T, E) without gaps.
Heads heads_of(const Tensor& x) {
  const Shape& s = x.shape();
  return {x.raw(), s[1] * s[2] * s[3], s[2] * s[3], s[3]};
}

AttentionSize size_of(const Tensor& q, const Tensor& k) {
  return {.batch = q.shape()[0],
          .num_heads = q.shape()[1],
          .num_kv_heads = k.shape()[1],
          .num_queries = q.shape()[2],
          .head_dim = q.shape()[3],
          .dtype = q.dtype()};
}

AttentionForwardArgs forward_args(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y,
                                  const View& log_sum_exp, const ConstView& query_begin) {
  return {.size = size_of(q, k),
          .q = heads_of(q),
          .k = heads_of(k),
          .v = heads_of(v),
          .y = heads_of(y),
          .log_sum_exp = log_sum_exp,
          .scale = 1 / std::sqrt(static_cast<double>(q.shape()[3])),
          .first_key = {},
          .query_begin = query_begin,
          .dropout = {}};
}

// Scores of up to 128 products of size 1; results average values of that size over up to 300 keys, down to 0.1.
double limit(DType dtype) { return (dtype == DType::kFloat32 ? 40 : 4) * epsilon(dtype); }

TEST(AttentionForward, QueriesAfterACachedPastAgreeWithTheReference) {
  constexpr int64_t kCacheLength = 300;
  const std::vector<int32_t> begins = {0, 7, 255};
  const Tensor query_begin = Tensor::from<int32_t>(begins, {3});
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t num_queries : {1, 3, 4, 5, 45}) {
      for (const int64_t head_dim : {1, 8, 33, 64, 128}) {
        SCOPED_TRACE(fmt::format("{} T {} E {}", name(dtype), num_queries, head_dim));
        const Tensor q = normal_inputs({3, 4, num_queries, head_dim}, dtype, 1);
        const Tensor k = normal_inputs({3, 2, kCacheLength, head_dim}, dtype, 2);
        const Tensor v = normal_inputs({3, 2, kCacheLength, head_dim}, dtype, 3);
        // What lies beyond a sequence's keys is never read.
        for (size_t b = 0; b < begins.size(); ++b) {
          for (int64_t g = 0; g < 2; ++g) {
            for (const Tensor& cache : {k, v}) {
              const Tensor rows = cache.reshape({6, kCacheLength, head_dim}).slice(static_cast<int64_t>(b) * 2 + g, 1);
              const int64_t past = begins[b] + num_queries;
              const Tensor unused = rows.reshape({kCacheLength, head_dim}).slice(past, kCacheLength - past);
              unused.copy_from(Tensor::from<double>(
                  std::vector<double>(static_cast<size_t>(unused.num_elements()), std::nan("")), unused.shape()));
            }
          }
        }
        const GuardedOutput y(q.shape(), dtype), log_sum_exp({3, 4, num_queries}, DType::kFloat32);
        attention_forward(Device::kCpu, dtype,
                          forward_args(q, k, v, y.tensor(), log_sum_exp.view(), query_begin.view()));
        const GuardedOutput want_y(q.shape(), DType::kFloat64);
        const GuardedOutput want_log_sum_exp({3, 4, num_queries}, DType::kFloat64);
        const Tensor q64 = q.to(DType::kFloat64), k64 = k.to(DType::kFloat64), v64 = v.to(DType::kFloat64);
        ref::attention_forward<double>(
            forward_args(q64, k64, v64, want_y.tensor(), want_log_sum_exp.view(), query_begin.view()));
        const Shape by_sequence = {3, 4 * num_queries * head_dim};
        EXPECT_TRUE(test::close(y.tensor().reshape(by_sequence), want_y.tensor().reshape(by_sequence), limit(dtype)));
        EXPECT_TRUE(test::close(log_sum_exp.tensor(), want_log_sum_exp.tensor(), limit(DType::kFloat32)));
        EXPECT_TRUE(y.guards_intact());
        EXPECT_TRUE(log_sum_exp.guards_intact());
      }
    }
  }
}

struct Gradients {
  GuardedOutput dq, dk, dv;
};

TEST(AttentionBackward, AddsToGradientsWhenAskedAndWritesNothingElse) {
  for (const int64_t length : {1, 50, 130}) {
    for (const int64_t head_dim : {5, 64}) {
      SCOPED_TRACE(fmt::format("T {} E {}", length, head_dim));
      const Shape query_shape = {2, 2, length, head_dim}, key_shape = {2, 1, length, head_dim};
      const Tensor q = normal_inputs(query_shape, DType::kFloat32, 1), dy = normal_inputs(query_shape, q.dtype(), 4);
      const Tensor k = normal_inputs(key_shape, DType::kFloat32, 2), v = normal_inputs(key_shape, q.dtype(), 3);
      const Tensor y = empty_like(q), log_sum_exp = Tensor::empty({2, 2, length}, DType::kFloat32);
      const AttentionForwardArgs forward = forward_args(q, k, v, y, log_sum_exp.view(), {});
      attention_forward(Device::kCpu, DType::kFloat32, forward);
      const auto run = [&](const Gradients& out, bool accumulate) {
        attention_backward(Device::kCpu, DType::kFloat32,
                           {.size = forward.size,
                            .dy = heads_of(dy),
                            .q = forward.q,
                            .k = forward.k,
                            .v = forward.v,
                            .y = heads_of(y),
                            .log_sum_exp = log_sum_exp.view(),
                            .dq = heads_of(out.dq.tensor()),
                            .dk = heads_of(out.dk.tensor()),
                            .dv = heads_of(out.dv.tensor()),
                            .accumulate = accumulate,
                            .scale = forward.scale,
                            .first_key = {},
                            .dropout = {}});
        EXPECT_TRUE(out.dq.guards_intact());
        EXPECT_TRUE(out.dk.guards_intact());
        EXPECT_TRUE(out.dv.guards_intact());
      };
      const auto outputs = [&] {
        return Gradients{GuardedOutput(query_shape, q.dtype()), GuardedOutput(key_shape, q.dtype()),
                         GuardedOutput(key_shape, q.dtype())};
      };
      const Gradients once = outputs(), twice = outputs();
      run(once, false);
      run(twice, false);
      run(twice, true);
      const auto expect_doubled = [](const GuardedOutput& single, const GuardedOutput& sum) {
        const Tensor doubled = single.tensor().clone();
        for (float& value : doubled.span<float>()) value *= 2;
        EXPECT_TRUE(test::same_bits(sum.tensor(), doubled));
      };
      expect_doubled(once.dq, twice.dq);
      expect_doubled(once.dk, twice.dk);
      expect_doubled(once.dv, twice.dv);
    }
  }
}

TEST(Attention, ResultsHaveTheSameBitsForAnyNumberOfThreads) {
  const Tensor q = normal_inputs({1, 2, 300, 16}, DType::kFloat32, 1);
  const Tensor k = normal_inputs({1, 1, 300, 16}, DType::kFloat32, 2), v = normal_inputs(k.shape(), k.dtype(), 3);
  const int before = num_threads();
  std::vector<Tensor> results;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    results.push_back(empty_like(q));
    attention_forward(Device::kCpu, DType::kFloat32, forward_args(q, k, v, results.back(), {}, {}));
  }
  set_num_threads(before);
  EXPECT_TRUE(test::same_bits(results[1], results[0]));
  EXPECT_TRUE(test::same_bits(results[2], results[0]));
}

}  // namespace
}  // namespace slm::kernels
