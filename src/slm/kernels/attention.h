#pragma once

#include "slm/core/philox.h"
#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// The rows of all heads of one operand, inside a larger buffer: element (b, h, t, e) lies at
// b*batch_stride + h*head_stride + t*row_stride + e, counted in elements.
struct ConstHeads {
  const void* data = nullptr;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;

  template <class T>
  const T* rows(int64_t b, int64_t h) const {
    return static_cast<const T*>(data) + b * batch_stride + h * head_stride;
  }
};

struct Heads {
  void* data = nullptr;
  int64_t batch_stride = 0;
  int64_t head_stride = 0;
  int64_t row_stride = 0;

  operator ConstHeads() const { return {data, batch_stride, head_stride, row_stride}; }

  template <class T>
  T* rows(int64_t b, int64_t h) const {
    return static_cast<T*>(data) + b * batch_stride + h * head_stride;
  }
};

struct AttentionSize {
  int64_t batch = 0;              // B
  int64_t num_heads = 0;          // H
  int64_t num_kv_heads = 0;       // G; divides H, and query head h reads kv head h / (H / G)
  int64_t num_queries = 0;        // T
  int64_t head_dim = 0;           // E
  DType dtype = DType::kFloat32;  // of all operands but log_sum_exp
};

// Each attention weight is zeroed with probability p, else divided by 1 - p. That of query i and key j of head h of
// sequence b takes number (((batch_offset + b) * H + h) * T + i) * T + j of `random`: it depends neither on threads nor
// on how a batch is cut.
struct AttentionDropout {
  double p = 0;
  RandomStream random;
  int64_t batch_offset = 0;
};

// Causal attention, softmax(scale * q k^T) v, without a T x T matrix (Dao, "FlashAttention-2", arXiv:2307.08691).
// Query i of sequence b sees the keys first_key[b][i] ... query_begin[b] + i. Softmax is in fp32
// (fp64 for fp64). y overlaps no other operand. Flops: 4 * E per visible pair and head.
struct AttentionForwardArgs {
  AttentionSize size;
  ConstHeads q;      // (B, H, T, E)
  ConstHeads k;      // (B, G, keys, E)
  ConstHeads v;      // (B, G, keys, E)
  Heads y;           // (B, H, T, E)
  View log_sum_exp;  // (B, H, T), fp32 or fp64: of each query's scaled scores, for backward. May be absent
  double scale;
  ConstView first_key;    // (B, T), int32; absent: 0. Later than the query itself counts as the query itself
  ConstView query_begin;  // (B), int32; absent: 0. The position of the first query among the keys
  AttentionDropout dropout;
};

// Query i sees the keys first_key[b][i] ... i: query_begin is 0.
//   P = exp(scale * q k^T - log_sum_exp), dropped out as in forward      dv = P^T dy      dP = dy v^T, dropped out
//   dS = P * (dP - rowsum(dy * y))      dq = scale * dS k      dk = scale * dS^T q
// dk and dv add up over the query heads of their group in order. Flops: 10 * E per visible pair and head.
struct AttentionBackwardArgs {
  AttentionSize size;
  ConstHeads dy;          // (B, H, T, E)
  ConstHeads q;           // (B, H, T, E)
  ConstHeads k;           // (B, G, T, E)
  ConstHeads v;           // (B, G, T, E)
  ConstHeads y;           // (B, H, T, E)
  ConstView log_sum_exp;  // (B, H, T)
  Heads dq;               // (B, H, T, E)
  Heads dk;               // (B, G, T, E)
  Heads dv;               // (B, G, T, E)
  bool accumulate;        // add to dq, dk and dv instead of overwriting them
  double scale;
  ConstView first_key;
  AttentionDropout dropout;
};

inline KernelSlot<AttentionForwardArgs> attention_forward{"attention_forward"};
inline KernelSlot<AttentionBackwardArgs> attention_backward{"attention_backward"};

}  // namespace slm::kernels
