#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/attention_forward.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/attention_blocks-inl.h"
#include "slm/kernels/cpu/attention_mask-inl.h"
#include "slm/kernels/cpu/attention_rows-inl.h"
#include "slm/kernels/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kFewQueries = 4;  // up to here blocks are not worth their packing
constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// The working memory of one thread: the keys and values of one kv head, and one block of queries with what has been
// summed up for them so far. Scores are in units of log 2: the scale that q is packed with contains log2(e).
class ForwardBlock {
 public:
  ForwardBlock(int64_t num_keys, int64_t head_dim)
      : key_rows_(round_up(num_keys, kBlockKeys)),
        slices_(num_slices(head_dim)),
        keys_(key_rows_ * head_dim),
        values_(slices_ * key_rows_ * kSlice),
        queries_(slices_ * kBlockQueries * kSlice),
        sums_(slices_ * kBlockQueries * kSlice),
        scores_(kTileRows * kBlockKeys) {}

  // Packs the keys and values [0, num_keys) of kv head g of sequence b.
  template <class T>
  void pack_keys(const AttentionForwardArgs& args, int64_t b, int64_t g, int64_t num_keys) {
    const int64_t head_dim = args.size.head_dim;
    pack_transposed(args.k.rows<T>(b, g), args.k.row_stride, num_keys, head_dim, keys_.data());
    pack_rows(args.v.rows<T>(b, g), args.v.row_stride, num_keys, head_dim, 1.0f, values());
  }

  // Computes y and log_sum_exp of the queries [query, query_end) of head h of sequence b: at most a block.
  template <class T>
  void compute(const AttentionForwardArgs& args, int64_t b, int64_t h, int64_t query, int64_t query_end) {
    const int64_t head_dim = args.size.head_dim, count = query_end - query;
    const CausalMask mask(args.first_key, args.query_begin, args.size.num_queries, b);
    const auto scale = static_cast<float>(args.scale * std::numbers::log2e);
    const int64_t padded = round_up(count, kTileRows);
    pack_rows(args.q.rows<T>(b, h) + query * args.q.row_stride, args.q.row_stride, count, head_dim, scale, queries());
    zero_rows(queries(), count, padded, head_dim);
    zero_rows(sums(), 0, padded, head_dim);
    std::fill_n(max_, count, kMinusInfinity);
    std::fill_n(total_, count, 0.0f);

    Upcoming upcoming(args.size);
    upcoming.add(args.q, args.size.num_heads, b, h);
    upcoming.add(args.y, args.size.num_heads, b, h);
    const int64_t group = args.size.num_heads / args.size.num_kv_heads;
    if (h % group == group - 1) {
      upcoming.add(args.k, args.size.num_kv_heads, b, h / group);
      upcoming.add(args.v, args.size.num_kv_heads, b, h / group);
    }

    const KeyRange visible = mask.keys_of(query, query_end);
    const int64_t first_block = visible.begin / kBlockKeys * kBlockKeys;
    for (int64_t block = first_block; block < visible.end; block += kBlockKeys) {
      for (int64_t row = 0; row < count; row += kTileRows) {
        const int64_t rows = std::min(kTileRows, count - row);
        const KeyRange keys = within_block(mask.keys_of(query + row, query + row + rows), block);
        if (keys.begin == keys.end) continue;
        dot_products(queries(), row, keys_.data() + block * head_dim, keys.begin / kTileColumns * kTileColumns,
                     round_up(keys.end, kTileColumns), head_dim, scores_.data());
        for (int64_t r = 0; r < rows; ++r) {
          if (block == first_block) upcoming.request(query + row + r);
          soften_row(args, mask, b, h, query, row + r, block, keys, scores_.data() + r * kBlockKeys);
        }
        add_products<kBlockKeys, 1>(scores_.data() + keys.begin, values(), block + keys.begin, keys.end - keys.begin,
                                    head_dim, sums(), row);
      }
    }
    for (int64_t r = 0; r < count; ++r) {
      unpack_row(sums(), r, head_dim, 1.0f / total_[r], false, args.y.rows<T>(b, h) + (query + r) * args.y.row_stride);
      if (args.log_sum_exp) {
        const double log2_sum = static_cast<double>(max_[r]) + std::log2(static_cast<double>(total_[r]));
        args.log_sum_exp.as<float>()[(b * args.size.num_heads + h) * args.size.num_queries + query + r] =
            static_cast<float>(log2_sum * std::numbers::ln2);
      }
    }
  }

 private:
  Slices values() const { return {values_.data(), key_rows_ * kSlice}; }
  Slices queries() const { return {queries_.data(), kBlockQueries * kSlice}; }
  Slices sums() const { return {sums_.data(), kBlockQueries * kSlice}; }

  // Turns the scores of query `query + r` into unnormalized, dropped-out probabilities, zero in all of `panel` that the
  // query does not see, and rescales what the query has summed up before to their maximum.
  void soften_row(const AttentionForwardArgs& args, const CausalMask& mask, int64_t b, int64_t h, int64_t query,
                  int64_t r, int64_t block, const KeyRange& panel, float* scores) {
    const F32 d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    const KeyRange keys = within_block(mask.keys_of(query + r), block);
    const int64_t begin = keys.begin / lanes * lanes, end = round_up(keys.end, lanes);
    if (keys.begin == keys.end) {
      std::fill(scores + panel.begin, scores + panel.end, 0.0f);
      return;
    }
    std::fill(scores + begin, scores + keys.begin, kMinusInfinity);
    std::fill(scores + keys.end, scores + end, kMinusInfinity);
    VF32 maxima = hn::Set(d, max_[r]);
    for (int64_t j = begin; j < end; j += lanes) maxima = hn::Max(maxima, hn::LoadU(d, scores + j));
    const VF32 max = hn::MaxOfLanes(d, maxima);
    const float new_max = hn::GetLane(max);
    VF32 totals = hn::Zero(d);
    for (int64_t j = begin; j < end; j += lanes) {
      const VF32 p = exp2(d, hn::Sub(hn::LoadU(d, scores + j), max));
      totals = hn::Add(totals, p);
      hn::StoreU(p, d, scores + j);
    }
    if (panel.begin < begin) std::fill(scores + panel.begin, scores + begin, 0.0f);
    if (end < panel.end) std::fill(scores + end, scores + panel.end, 0.0f);
    const float correction = max_[r] == new_max ? 1.0f : std::exp2(max_[r] - new_max);
    total_[r] = total_[r] * correction + hn::GetLane(hn::SumOfLanes(d, totals));
    if (correction != 1.0f && max_[r] != kMinusInfinity) rescale(r, args.size.head_dim, correction);
    max_[r] = new_max;

    const DropoutMask dropout(args.dropout, args.size);
    if (!dropout.is_active()) return;
    HWY_ALIGN float factors[kBlockKeys];
    dropout.factors(b, h, query + r, block + keys.begin, keys.end - keys.begin, factors);
    for (int64_t j = keys.begin; j < keys.end; ++j) scores[j] *= factors[j - keys.begin];
  }

  void rescale(int64_t r, int64_t head_dim, float factor) {
    for (int64_t s = 0; s < slices_; ++s) {
      float* sum = sums().row(s, r);
      const int64_t columns = slice_columns(head_dim, s);
      for (int64_t e = 0; e < columns; ++e) sum[e] *= factor;
    }
  }

  int64_t key_rows_, slices_;
  Scratch<float> keys_;     // as pack_transposed() writes them
  Scratch<float> values_;   // (keys, E) in slices
  Scratch<float> queries_;  // (block, E) in slices
  Scratch<float> sums_;     // (block, E) in slices: sum of 2^(score - max) * v
  Scratch<float> scores_;   // (tile rows, block keys), then the probabilities
  float max_[kBlockQueries];
  float total_[kBlockQueries];
};

template <class T>
void forward_blocks(const AttentionForwardArgs& args) {
  const int64_t batch = args.size.batch, num_heads = args.size.num_heads, num_kv_heads = args.size.num_kv_heads;
  const int64_t num_queries = args.size.num_queries;
  const int64_t group = num_heads / num_kv_heads;
  int64_t last_begin = 0;  // the latest position of a first query
  for (int64_t b = 0; args.query_begin && b < batch; ++b) {
    last_begin = std::max<int64_t>(last_begin, args.query_begin.as<int32_t>()[b]);
  }
  // One task is a kv head of a sequence, or every n-th block of its queries where there are few of those.
  const int64_t num_blocks = (num_queries + kBlockQueries - 1) / kBlockQueries;
  const int64_t pairs = batch * num_kv_heads;
  const int64_t parts = std::clamp<int64_t>((2 * num_threads() + pairs - 1) / pairs, 1, num_blocks);
  const int64_t products = num_queries * (last_begin + num_queries) * args.size.head_dim * group / parts;
  const auto compute_tasks = [&](ForwardBlock& block, int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t pair = task / parts, part = task % parts;
      const int64_t b = pair / num_kv_heads, g = pair % num_kv_heads;
      const int64_t last_block = num_blocks - 1 - (num_blocks - 1 - part) % parts;
      const int64_t last_query = std::min(num_queries, (last_block + 1) * kBlockQueries) - 1;
      const CausalMask mask(args.first_key, args.query_begin, num_queries, b);
      block.template pack_keys<T>(args, b, g, mask.keys_of(last_query).end);
      for (int64_t h = g * group; h < (g + 1) * group; ++h) {
        for (int64_t i = part; i < num_blocks; i += parts) {
          block.template compute<T>(args, b, h, i * kBlockQueries, std::min(num_queries, (i + 1) * kBlockQueries));
        }
      }
    }
  };
  parallel_for_with<ForwardBlock>(0, pairs * parts, tasks_per_thread(products), compute_tasks, last_begin + num_queries,
                                  args.size.head_dim);
}

void attention_forward(const AttentionForwardArgs& args) {
  if (args.size.batch == 0 || args.size.num_queries == 0) return;
  const bool is_short = args.size.num_queries <= kFewQueries && args.dropout.p == 0;
  with_row_type(args.size.dtype, [&]<class T>(T*) { is_short ? forward_rows<T>(args) : forward_blocks<T>(args); });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(attention_forward);
void attention_forward(const AttentionForwardArgs& args) { HWY_DYNAMIC_DISPATCH(attention_forward)(args); }
}  // namespace slm::kernels::cpu
#endif
