// Attention of a few queries straight from the keys and values: packing them would cost more than the products. This is
// what decoding, a token at a time, runs. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_ATTENTION_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_ATTENTION_ROWS_INL_H_
#undef SLM_KERNELS_CPU_ATTENTION_ROWS_INL_H_
#else
#define SLM_KERNELS_CPU_ATTENTION_ROWS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/attention_blocks-inl.h"
#include "slm/kernels/cpu/attention_mask-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

template <class T>
HWY_INLINE float row_dot(const float* a, const T* b, int64_t count) {
  const F32 d;
  VF32 sum = hn::Zero(d);
  for_each_vector(d, count, [&](int64_t e, int64_t lanes) HWY_ATTR {
    sum = hn::MulAdd(load_some(d, a + e, lanes), load_some(d, b + e, lanes), sum);
  });
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// One query of head h. `q` and `sum` have room for E elements.
template <class T>
void attend_row(const AttentionForwardArgs& args, const KeyRange& keys, int64_t b, int64_t h, int64_t query, float* q,
                float* sum) {
  const F32 d;
  const int64_t head_dim = args.size.head_dim, g = h / (args.size.num_heads / args.size.num_kv_heads);
  const T* source = args.q.rows<T>(b, h) + query * args.q.row_stride;
  const VF32 scale = hn::Set(d, static_cast<float>(args.scale * std::numbers::log2e));
  for_each_vector(d, head_dim, [=](int64_t e, int64_t lanes) HWY_ATTR {
    store_some(d, hn::Mul(load_some(d, source + e, lanes), scale), q + e, lanes);
  });
  std::fill_n(sum, head_dim, 0.0f);
  float max = -std::numeric_limits<float>::infinity(), total = 0;
  HWY_ALIGN float scores[kBlockKeys];
  for (int64_t block = keys.begin; block < keys.end; block += kBlockKeys) {
    const int64_t count = std::min(kBlockKeys, keys.end - block);
    float new_max = max;
    for (int64_t j = 0; j < count; ++j) {
      scores[j] = row_dot(q, args.k.rows<T>(b, g) + (block + j) * args.k.row_stride, head_dim);
      new_max = std::max(new_max, scores[j]);
    }
    VF32 totals = hn::Zero(d);
    std::fill(scores + count, scores + round_up(count, static_cast<int64_t>(hn::Lanes(d))),
              -std::numeric_limits<float>::infinity());
    for (int64_t j = 0; j < count; j += static_cast<int64_t>(hn::Lanes(d))) {
      const VF32 p = exp2(d, hn::Sub(hn::Load(d, scores + j), hn::Set(d, new_max)));
      totals = hn::Add(totals, p);
      hn::Store(p, d, scores + j);
    }
    const float correction = std::exp2(max - new_max);  // 0 for the first block
    total = total * correction + hn::GetLane(hn::SumOfLanes(d, totals));
    max = new_max;
    for_each_vector(d, head_dim, [&](int64_t e, int64_t lanes) HWY_ATTR {
      VF32 value = hn::Mul(load_some(d, sum + e, lanes), hn::Set(d, correction));
      const T* v = args.v.rows<T>(b, g) + block * args.v.row_stride + e;
      for (int64_t j = 0; j < count; ++j, v += args.v.row_stride) {
        value = hn::MulAdd(hn::Set(d, scores[j]), load_some(d, v, lanes), value);
      }
      store_some(d, value, sum + e, lanes);
    });
  }
  T* y = args.y.rows<T>(b, h) + query * args.y.row_stride;
  const VF32 inverse = hn::Set(d, 1.0f / total);
  for_each_vector(d, head_dim, [=](int64_t e, int64_t lanes) HWY_ATTR {
    store_some(d, hn::Mul(load_some(d, sum + e, lanes), inverse), y + e, lanes);
  });
  if (args.log_sum_exp) {
    args.log_sum_exp.as<float>()[(b * args.size.num_heads + h) * args.size.num_queries + query] =
        static_cast<float>((static_cast<double>(max) + std::log2(static_cast<double>(total))) * std::numbers::ln2);
  }
}

struct RowScratch {
  explicit RowScratch(int64_t head_dim) : q(head_dim), sum(head_dim) {}
  Scratch<float> q, sum;  // (E)
};

template <class T>
void forward_rows(const AttentionForwardArgs& args) {
  const int64_t num_heads = args.size.num_heads, num_queries = args.size.num_queries;
  int64_t num_keys = 0;
  for (int64_t b = 0; b < args.size.batch; ++b) {
    const CausalMask mask(args.first_key, args.query_begin, num_queries, b);
    num_keys = std::max(num_keys, mask.keys_of(num_queries - 1).end);
  }
  const int64_t grain = tasks_per_thread(2 * num_queries * num_keys * args.size.head_dim);
  const auto attend_tasks = [&](const RowScratch& scratch, int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t b = task / num_heads;
      const CausalMask mask(args.first_key, args.query_begin, num_queries, b);
      for (int64_t i = 0; i < num_queries; ++i) {
        attend_row<T>(args, mask.keys_of(i), b, task % num_heads, i, scratch.q.data(), scratch.sum.data());
      }
    }
  };
  parallel_for_with<RowScratch>(0, args.size.batch * num_heads, grain, attend_tasks, args.size.head_dim);
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
