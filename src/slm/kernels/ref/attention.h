#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "slm/kernels/attention.h"

namespace slm::kernels::ref {

// The first and the last key that query i of sequence b sees.
struct VisibleKeys {
  int64_t first;
  int64_t last;
};

inline VisibleKeys visible_keys(const ConstView& first_key, const ConstView& query_begin, int64_t num_queries,
                                int64_t b, int64_t i) {
  const int64_t last = (query_begin ? query_begin.as<int32_t>()[b] : 0) + i;
  const int64_t first = first_key ? first_key.as<int32_t>()[b * num_queries + i] : 0;
  return {std::min(first, last), last};
}

// What the probability of key j of query i is multiplied by.
inline double dropout_factor(const AttentionDropout& dropout, const AttentionSize& size, int64_t b, int64_t h,
                             int64_t i, int64_t j) {
  if (dropout.p == 0) return 1;
  const int64_t row = ((dropout.batch_offset + b) * size.num_heads + h) * size.num_queries + i;
  const bool is_kept = dropout.random.uniform(static_cast<uint64_t>(row * size.num_queries + j)) >= dropout.p;
  return is_kept ? 1 / (1 - dropout.p) : 0;
}

template <class T>
double dot(const T* a, const T* b, int64_t count) {
  double sum = 0;
  for (int64_t e = 0; e < count; ++e) sum += static_cast<double>(a[e]) * static_cast<double>(b[e]);
  return sum;
}

template <class T>
void attention_forward(const AttentionForwardArgs& args) {
  const auto [batch, num_heads, num_kv_heads, num_queries, head_dim, dtype] = args.size;
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t h = 0; h < num_heads; ++h) {
      const int64_t g = h / (num_heads / num_kv_heads);
      for (int64_t i = 0; i < num_queries; ++i) {
        const auto [first, last] = visible_keys(args.first_key, args.query_begin, num_queries, b, i);
        const T* q = args.q.rows<T>(b, h) + i * args.q.row_stride;
        std::vector<double> scores;
        for (int64_t j = first; j <= last; ++j) {
          scores.push_back(args.scale * dot(q, args.k.rows<T>(b, g) + j * args.k.row_stride, head_dim));
        }
        const double max = *std::max_element(scores.begin(), scores.end());
        double sum = 0;
        for (const double score : scores) sum += std::exp(score - max);
        std::vector<double> y(static_cast<size_t>(head_dim), 0.0);
        for (int64_t j = first; j <= last; ++j) {
          const double p = std::exp(scores[static_cast<size_t>(j - first)] - max) / sum *
                           dropout_factor(args.dropout, args.size, b, h, i, j);
          const T* v = args.v.rows<T>(b, g) + j * args.v.row_stride;
          for (int64_t e = 0; e < head_dim; ++e) y[static_cast<size_t>(e)] += p * static_cast<double>(v[e]);
        }
        T* out = args.y.rows<T>(b, h) + i * args.y.row_stride;
        for (int64_t e = 0; e < head_dim; ++e) out[e] = static_cast<T>(y[static_cast<size_t>(e)]);
        if (args.log_sum_exp) {
          args.log_sum_exp.as<T>()[(b * num_heads + h) * num_queries + i] = static_cast<T>(max + std::log(sum));
        }
      }
    }
  }
}

template <class T>
void attention_backward(const AttentionBackwardArgs& args) {
  const auto [batch, num_heads, num_kv_heads, num_queries, head_dim, dtype] = args.size;
  const auto add = [dim = head_dim](T* to, double factor, const T* from) {
    for (int64_t e = 0; e < dim; ++e) to[e] += static_cast<T>(factor * static_cast<double>(from[e]));
  };
  const auto clear = [rows = num_queries, dim = head_dim](const Heads& gradient, int64_t b, int64_t h) {
    for (int64_t i = 0; i < rows; ++i) {
      std::fill_n(gradient.rows<T>(b, h) + i * gradient.row_stride, dim, T{0});
    }
  };
  for (int64_t b = 0; b < batch; ++b) {
    if (!args.accumulate) {
      for (int64_t h = 0; h < num_heads; ++h) clear(args.dq, b, h);
      for (int64_t g = 0; g < num_kv_heads; ++g) clear(args.dk, b, g), clear(args.dv, b, g);
    }
    for (int64_t h = 0; h < num_heads; ++h) {
      const int64_t g = h / (num_heads / num_kv_heads);
      for (int64_t i = 0; i < num_queries; ++i) {
        const T* q = args.q.rows<T>(b, h) + i * args.q.row_stride;
        const T* dy = args.dy.rows<T>(b, h) + i * args.dy.row_stride;
        T* dq = args.dq.rows<T>(b, h) + i * args.dq.row_stride;
        const double row_dot = dot(dy, args.y.rows<T>(b, h) + i * args.y.row_stride, head_dim);
        const auto log_sum_exp = static_cast<double>(args.log_sum_exp.as<T>()[(b * num_heads + h) * num_queries + i]);
        const auto [first, last] = visible_keys(args.first_key, {}, num_queries, b, i);
        for (int64_t j = first; j <= last; ++j) {
          const T* k = args.k.rows<T>(b, g) + j * args.k.row_stride;
          const T* v = args.v.rows<T>(b, g) + j * args.v.row_stride;
          const double factor = dropout_factor(args.dropout, args.size, b, h, i, j);
          const double p = std::exp(args.scale * dot(q, k, head_dim) - log_sum_exp);
          const double ds = p * (factor * dot(dy, v, head_dim) - row_dot);
          add(dq, args.scale * ds, k);
          add(args.dk.rows<T>(b, g) + j * args.dk.row_stride, args.scale * ds, q);
          add(args.dv.rows<T>(b, g) + j * args.dv.row_stride, factor * p, dy);
        }
      }
    }
  }
}

}  // namespace slm::kernels::ref
