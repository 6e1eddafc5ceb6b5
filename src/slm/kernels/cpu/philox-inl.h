// RandomStream's numbers, a vector of Philox blocks at a time. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_PHILOX_INL_H_
#undef SLM_KERNELS_CPU_PHILOX_INL_H_
#else
#define SLM_KERNELS_CPU_PHILOX_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "slm/core/philox.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using U32 = hn::ScalableTag<uint32_t>;
using VU32 = hn::Vec<U32>;

// One call of random_words() writes whole steps of so many words.
constexpr int64_t kWordsPerStep = 4 * static_cast<int64_t>(HWY_LANES(uint32_t));

// Writes the numbers first - return value ... first + count - 1 (rounded up to steps) of the stream to `words`, which
// has room for count + 3 + kWordsPerStep of them: number `first` is words[return value].
inline int64_t random_words(const RandomStream& random, uint64_t first, int64_t count, uint32_t* words);

#if HWY_TARGET == HWY_SCALAR

inline int64_t random_words(const RandomStream& random, uint64_t first, int64_t count, uint32_t* words) {
  const auto skipped = static_cast<int64_t>(first % 4);
  for (int64_t done = 0; done < skipped + count; done += 4) {
    const PhiloxBlock block = random.block(first / 4 + static_cast<uint64_t>(done / 4));
    for (size_t i = 0; i < 4; ++i) words[done + static_cast<int64_t>(i)] = block[i];
  }
  return skipped;
}

#else

// The low and high words of a 32 x 32 bit product, lane by lane, with a factor that is the same in all lanes.
HWY_INLINE void multiply_wide(U32 d, VU32 a, VU32 factor, VU32& low, VU32& high) {
  const auto even = hn::BitCast(d, hn::MulEven(a, factor));  // low, high of lane 0, of lane 2, ...
  const auto odd = hn::BitCast(d, hn::MulEven(hn::DupOdd(a), factor));
  low = hn::OddEven(hn::DupEven(odd), even);
  high = hn::OddEven(odd, hn::DupOdd(even));
}

inline int64_t random_words(const RandomStream& random, uint64_t first, int64_t count, uint32_t* words) {
  const U32 d;
  const auto skipped = static_cast<int64_t>(first % 4);
  const VU32 multiplier0 = hn::Set(d, 0xD2511F53u), multiplier1 = hn::Set(d, 0xCD9E8D57u);
  for (int64_t done = 0; done < skipped + count; done += kWordsPerStep) {
    const uint64_t block = first / 4 + static_cast<uint64_t>(done / 4);
    const VU32 start = hn::Set(d, static_cast<uint32_t>(block));
    VU32 c0 = hn::Add(start, hn::Iota(d, 0));
    const VU32 high = hn::Set(d, static_cast<uint32_t>(block >> 32));
    VU32 c1 = hn::IfThenElse(hn::Lt(c0, start), hn::Add(high, hn::Set(d, 1)), high);  // the carry
    VU32 c2 = hn::Set(d, random.step), c3 = hn::Set(d, random.stream);
    auto key0 = static_cast<uint32_t>(random.seed), key1 = static_cast<uint32_t>(random.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      VU32 low0, high0, low1, high1;
      multiply_wide(d, c0, multiplier0, low0, high0);
      multiply_wide(d, c2, multiplier1, low1, high1);
      c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, key0));
      c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, key1));
      c1 = low1;
      c3 = low0;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    hn::StoreInterleaved4(c0, c1, c2, c3, d, words + done);
  }
  return skipped;
}

#endif

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
