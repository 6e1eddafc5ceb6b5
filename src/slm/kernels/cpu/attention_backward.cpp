#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/attention_backward.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <limits>
#include <numbers>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/attention_blocks-inl.h"
#include "slm/kernels/cpu/attention_mask-inl.h"
#include "slm/kernels/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

// The working memory of one thread: all keys and values of one kv head with their gradients, and one block of queries.
// q is packed with scale * log2(e), so that scores are in units of log 2.
class BackwardBlock {
 public:
  BackwardBlock(int64_t num_keys, int64_t head_dim)
      : head_dim_(head_dim),
        key_rows_(round_up(num_keys, kBlockKeys)),
        key_size_(num_slices(head_dim) * key_rows_ * kSlice),
        query_size_(num_slices(head_dim) * kBlockQueries * kSlice),
        transposed_keys_(key_rows_ * head_dim),
        transposed_values_(key_rows_ * head_dim),
        keys_(key_size_),
        dk_(key_size_),
        dv_(key_size_),
        queries_(query_size_),
        dy_(query_size_),
        dq_(query_size_),
        probabilities_(kBlockQueries * kBlockKeys),
        dscores_(kBlockQueries * kBlockKeys) {}

  // Computes dk and dv of kv head g of sequence b, and dq of the query heads that read it.
  template <class T>
  void compute(const AttentionBackwardArgs& args, int64_t b, int64_t g) {
    const int64_t num_queries = args.size.num_queries, group = args.size.num_heads / args.size.num_kv_heads;
    const T *k = args.k.rows<T>(b, g), *v = args.v.rows<T>(b, g);
    pack_transposed(k, args.k.row_stride, num_queries, head_dim_, transposed_keys_.data());
    pack_transposed(v, args.v.row_stride, num_queries, head_dim_, transposed_values_.data());
    pack_rows(k, args.k.row_stride, num_queries, head_dim_, 1.0f, of_keys(keys_));
    zero_rows(of_keys(dk_), 0, key_rows_, head_dim_);
    zero_rows(of_keys(dv_), 0, key_rows_, head_dim_);
    for (int64_t h = g * group; h < (g + 1) * group; ++h) {
      for (int64_t query = 0; query < num_queries; query += kBlockQueries) {
        add_queries<T>(args, b, h, query, std::min(num_queries, query + kBlockQueries));
      }
    }
    T *dk = args.dk.rows<T>(b, g), *dv = args.dv.rows<T>(b, g);
    constexpr auto kLn2 = static_cast<float>(std::numbers::ln2);  // takes log2(e) out of the packed q again
    for (int64_t j = 0; j < num_queries; ++j) {
      unpack_row(of_keys(dk_), j, head_dim_, kLn2, args.accumulate, dk + j * args.dk.row_stride);
      unpack_row(of_keys(dv_), j, head_dim_, 1.0f, args.accumulate, dv + j * args.dv.row_stride);
    }
  }

 private:
  // Adds what the queries [query, query_end) of head h, at most a block, give to dk and dv; writes their dq.
  template <class T>
  void add_queries(const AttentionBackwardArgs& args, int64_t b, int64_t h, int64_t query, int64_t query_end) {
    const int64_t count = query_end - query, padded = round_up(count, kTileRows);
    const CausalMask mask(args.first_key, {}, args.size.num_queries, b);
    const auto scale = static_cast<float>(args.scale * std::numbers::log2e);
    pack_rows(args.q.rows<T>(b, h) + query * args.q.row_stride, args.q.row_stride, count, head_dim_, scale,
              of_queries(queries_));
    pack_rows(args.dy.rows<T>(b, h) + query * args.dy.row_stride, args.dy.row_stride, count, head_dim_, 1.0f,
              of_queries(dy_));
    zero_rows(of_queries(queries_), count, padded, head_dim_);
    zero_rows(of_queries(dy_), count, padded, head_dim_);
    zero_rows(of_queries(dq_), 0, padded, head_dim_);
    for (int64_t r = 0; r < count; ++r) {
      row_dot_[r] = dot(args.dy.rows<T>(b, h) + (query + r) * args.dy.row_stride,
                        args.y.rows<T>(b, h) + (query + r) * args.y.row_stride);
      const int64_t row = (b * args.size.num_heads + h) * args.size.num_queries + query + r;
      log2_sum_[r] = args.log_sum_exp.as<float>()[row] * static_cast<float>(std::numbers::log2e);
    }

    Upcoming upcoming(args.size);
    for (const ConstHeads& heads : {args.q, args.dy, args.y, ConstHeads(args.dq)}) {
      upcoming.add(heads, args.size.num_heads, b, h);
    }
    const int64_t group = args.size.num_heads / args.size.num_kv_heads;
    if (h % group == group - 1) {
      for (const ConstHeads& heads : {args.k, args.v, ConstHeads(args.dk), ConstHeads(args.dv)}) {
        upcoming.add(heads, args.size.num_kv_heads, b, h / group);
      }
    }

    const KeyRange visible = mask.keys_of(query, query_end);
    const int64_t first_block = visible.begin / kBlockKeys * kBlockKeys;
    for (int64_t block = first_block; block < visible.end; block += kBlockKeys) {
      const KeyRange keys = within_block(visible, block);
      for (int64_t row = 0; row < count; row += kTileRows) {
        const int64_t rows = std::min(kTileRows, count - row);
        for (int64_t r = 0; block == first_block && r < rows; ++r) upcoming.request(query + row + r);
        add_tile_row(args, mask, b, h, query, row, rows, block);
      }
      for (int64_t j = keys.begin / kTileRows * kTileRows; j < keys.end; j += kTileRows) {
        const int64_t r = mask.first_query_of(block + j, query, query_end) - query;
        const int64_t at = r * kBlockKeys + j;
        add_products<1, kBlockKeys>(probabilities_.data() + at, of_queries(dy_), r, count - r, head_dim_, of_keys(dv_),
                                    block + j);
        add_products<1, kBlockKeys>(dscores_.data() + at, of_queries(queries_), r, count - r, head_dim_, of_keys(dk_),
                                    block + j);
      }
    }
    for (int64_t r = 0; r < count; ++r) {
      unpack_row(of_queries(dq_), r, head_dim_, static_cast<float>(args.scale), args.accumulate,
                 args.dq.rows<T>(b, h) + (query + r) * args.dq.row_stride);
    }
  }

  // Computes the probabilities and the gradients of the scores between queries [query + row, query + row + rows) and
  // the keys of the block, zero where a query does not see a key, and adds what they give to dq.
  void add_tile_row(const AttentionBackwardArgs& args, const CausalMask& mask, int64_t b, int64_t h, int64_t query,
                    int64_t row, int64_t rows, int64_t block) {
    float* p = probabilities_.data() + row * kBlockKeys;
    float* ds = dscores_.data() + row * kBlockKeys;
    const KeyRange keys = within_block(mask.keys_of(query + row, query + row + rows), block);
    if (keys.begin == keys.end) {
      std::fill_n(p, rows * kBlockKeys, 0.0f);
      std::fill_n(ds, rows * kBlockKeys, 0.0f);
      return;
    }
    const int64_t begin = keys.begin / kTileColumns * kTileColumns, end = round_up(keys.end, kTileColumns);
    dot_products(of_queries(queries_), row, transposed_keys_.data() + block * head_dim_, begin, end, head_dim_, p);
    dot_products(of_queries(dy_), row, transposed_values_.data() + block * head_dim_, begin, end, head_dim_, ds);
    for (int64_t r = 0; r < rows; ++r) {
      finish_row(args, mask, b, h, query, row + r, block, p + r * kBlockKeys, ds + r * kBlockKeys);
    }
    add_products<kBlockKeys, 1>(ds + keys.begin, of_keys(keys_), block + keys.begin, keys.end - keys.begin, head_dim_,
                                of_queries(dq_), row);
  }

  // From scores in `p` and dP in `ds` to dropped-out probabilities and gradients of the scores.
  void finish_row(const AttentionBackwardArgs& args, const CausalMask& mask, int64_t b, int64_t h, int64_t query,
                  int64_t r, int64_t block, float* p, float* ds) {
    const F32 d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    const KeyRange keys = within_block(mask.keys_of(query + r), block);
    const bool is_empty = keys.begin == keys.end;
    const int64_t begin = is_empty ? kBlockKeys : keys.begin / lanes * lanes;
    const int64_t end = is_empty ? kBlockKeys : round_up(keys.end, lanes);
    std::fill_n(p, begin, 0.0f);
    std::fill_n(ds, begin, 0.0f);
    std::fill(p + end, p + kBlockKeys, 0.0f);
    std::fill(ds + end, ds + kBlockKeys, 0.0f);
    if (is_empty) return;
    for (int64_t j = begin; j < keys.begin; ++j) p[j] = -std::numeric_limits<float>::infinity();
    for (int64_t j = keys.end; j < end; ++j) p[j] = -std::numeric_limits<float>::infinity();
    const VF32 log2_sum = hn::Set(d, log2_sum_[r]), row_dot = hn::Set(d, row_dot_[r]);
    const DropoutMask dropout(args.dropout, args.size);
    if (!dropout.is_active()) {
      for (int64_t j = begin; j < end; j += lanes) {
        const VF32 probability = exp2(d, hn::Sub(hn::LoadU(d, p + j), log2_sum));
        hn::StoreU(hn::Mul(probability, hn::Sub(hn::LoadU(d, ds + j), row_dot)), d, ds + j);
        hn::StoreU(probability, d, p + j);
      }
      return;
    }
    HWY_ALIGN float factors[kBlockKeys];
    dropout.factors(b, h, query + r, block + begin, end - begin, factors);
    for (int64_t j = begin; j < end; j += lanes) {
      const VF32 probability = exp2(d, hn::Sub(hn::LoadU(d, p + j), log2_sum));
      const VF32 factor = hn::LoadU(d, factors + j - begin);
      const VF32 dp = hn::Mul(factor, hn::LoadU(d, ds + j));
      hn::StoreU(hn::Mul(probability, hn::Sub(dp, row_dot)), d, ds + j);
      hn::StoreU(hn::Mul(probability, factor), d, p + j);
    }
  }

  template <class T>
  float dot(const T* a, const T* b) const {
    const F32 d;
    VF32 sum = hn::Zero(d);
    for_each_vector(d, head_dim_, [&](int64_t e, int64_t lanes) HWY_ATTR {
      sum = hn::MulAdd(load_some(d, a + e, lanes), load_some(d, b + e, lanes), sum);
    });
    return hn::GetLane(hn::SumOfLanes(d, sum));
  }

  Slices of_keys(const Scratch<float>& rows) const { return {rows.data(), key_rows_ * kSlice}; }
  Slices of_queries(const Scratch<float>& rows) const { return {rows.data(), kBlockQueries * kSlice}; }

  int64_t head_dim_, key_rows_, key_size_, query_size_;
  Scratch<float> transposed_keys_, transposed_values_;  // as pack_transposed() writes them
  Scratch<float> keys_, dk_, dv_;                       // (keys, E) in slices
  Scratch<float> queries_, dy_, dq_;                    // (block, E) in slices
  Scratch<float> probabilities_, dscores_;              // (block, block keys)
  float row_dot_[kBlockQueries];
  float log2_sum_[kBlockQueries];
};

template <class T>
void backward(const AttentionBackwardArgs& args) {
  const int64_t products =
      args.size.num_queries * args.size.num_queries * args.size.head_dim * args.size.num_heads / args.size.num_kv_heads;
  const auto compute_tasks = [&](BackwardBlock& block, int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      block.template compute<T>(args, task / args.size.num_kv_heads, task % args.size.num_kv_heads);
    }
  };
  parallel_for_with<BackwardBlock>(0, args.size.batch * args.size.num_kv_heads, tasks_per_thread(products),
                                   compute_tasks, args.size.num_queries, args.size.head_dim);
}

void attention_backward(const AttentionBackwardArgs& args) {
  with_row_type(args.size.dtype, [&]<class T>(T*) { backward<T>(args); });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(attention_backward);
void attention_backward(const AttentionBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(attention_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
