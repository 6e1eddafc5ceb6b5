// Which keys a query sees, and which of its probabilities dropout keeps. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_ATTENTION_MASK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_ATTENTION_MASK_INL_H_
#undef SLM_KERNELS_CPU_ATTENTION_MASK_INL_H_
#else
#define SLM_KERNELS_CPU_ATTENTION_MASK_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "slm/kernels/attention.h"
#include "slm/kernels/cpu/attention_blocks-inl.h"
#include "slm/kernels/cpu/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

struct KeyRange {
  int64_t begin;
  int64_t end;
};

// The keys that the queries of one sequence see.
class CausalMask {
 public:
  CausalMask(const ConstView& first_key, const ConstView& query_begin, int64_t num_queries, int64_t b)
      : first_key_(first_key ? first_key.as<int32_t>() + b * num_queries : nullptr),
        query_begin_(query_begin ? query_begin.as<int32_t>()[b] : 0) {}

  KeyRange keys_of(int64_t query) const {
    const int64_t last = query_begin_ + query;
    return {first_key_ == nullptr ? 0 : std::min<int64_t>(first_key_[query], last), last + 1};
  }

  // The smallest range that holds the keys of each of the queries.
  KeyRange keys_of(int64_t query, int64_t query_end) const {
    KeyRange all{keys_of(query).begin, keys_of(query_end - 1).end};
    for (int64_t i = query + 1; first_key_ != nullptr && i < query_end; ++i) {
      all.begin = std::min(all.begin, keys_of(i).begin);
    }
    return all;
  }

  // The first of the queries [query, query_end) that sees a key at or after `key`; query_end when none does.
  int64_t first_query_of(int64_t key, int64_t query, int64_t query_end) const {
    return std::clamp(key - query_begin_, query, query_end);
  }

 private:
  const int32_t* first_key_;
  int64_t query_begin_;
};

// The part of `keys` inside the block that begins at `block`, relative to it. Empty: begin == end.
inline KeyRange within_block(const KeyRange& keys, int64_t block) {
  const int64_t begin = std::clamp<int64_t>(keys.begin - block, 0, kBlockKeys);
  return {begin, std::clamp<int64_t>(keys.end - block, begin, kBlockKeys)};
}

// So many tasks of `products` multiplications each are worth a thread: waking one takes as long as a few ten thousand.
inline int64_t tasks_per_thread(int64_t products) { return 1 + 65536 / std::max<int64_t>(products, 1); }

// Keep or drop, for runs of keys of one query.
class DropoutMask {
 public:
  DropoutMask(const AttentionDropout& dropout, const AttentionSize& size)
      : dropout_(dropout),
        size_(size),
        threshold_(static_cast<uint32_t>(std::ceil(dropout.p * 0x1p24))),
        kept_scale_(static_cast<float>(1 / (1 - dropout.p))) {}

  bool is_active() const { return dropout_.p > 0; }

  // factors[j] = 0 or 1 / (1 - p) for keys first_key + j, j < count <= kBlockKeys.
  void factors(int64_t b, int64_t h, int64_t query, int64_t first_key, int64_t count, float* factors) const {
    const F32 d;
    const hn::RebindToUnsigned<F32> du;
    HWY_ALIGN uint32_t words[kBlockKeys + kWordsPerStep + 4];
    const int64_t row = ((dropout_.batch_offset + b) * size_.num_heads + h) * size_.num_queries + query;
    const auto first = static_cast<uint64_t>(row * size_.num_queries + first_key);
    const uint32_t* word = words + random_words(dropout_.random, first, count, words);
    const auto threshold = hn::Set(du, threshold_);
    const VF32 scale = hn::Set(d, kept_scale_);
    for_each_vector(d, count, [=](int64_t i, int64_t lanes) HWY_ATTR {
      const auto is_dropped = hn::Lt(hn::ShiftRight<8>(hn::LoadU(du, word + i)), threshold);
      store_some(d, hn::IfThenElse(hn::RebindMask(d, is_dropped), hn::Zero(d), scale), factors + i, lanes);
    });
  }

 private:
  AttentionDropout dropout_;
  AttentionSize size_;
  uint32_t threshold_;  // of the upper 24 bits, the same comparison as RandomStream::uniform() < p
  float kept_scale_;
};

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
