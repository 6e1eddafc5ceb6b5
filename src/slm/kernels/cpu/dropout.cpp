#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/dropout.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/philox-inl.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 4096;  // elements
constexpr int64_t kChunk = 256;   // elements whose numbers are made at once

template <class T>
void drop_elements(const DropoutArgs& args, int64_t begin, int64_t end) {
  const F32 d;
  const U32 du;
  const T* x = args.x.as<T>();
  T* y = args.y.view.as<T>();
  // The upper 24 bits against this: the same comparison as RandomStream::uniform() < p.
  const VU32 threshold = hn::Set(du, static_cast<uint32_t>(std::ceil(args.p * 0x1p24)));
  const VF32 scale = hn::Set(d, static_cast<float>(1 / (1 - args.p)));
  uint32_t words[kChunk + 3 + kWordsPerStep + HWY_LANES(uint32_t)];
  for (int64_t chunk = begin; chunk < end; chunk += kChunk) {
    const int64_t count = std::min(kChunk, end - chunk);
    const uint32_t* word = words + random_words(args.random, static_cast<uint64_t>(args.first + chunk), count, words);
    for_each_vector(d, count, [&](int64_t i, int64_t lanes) HWY_ATTR {
      const auto is_dropped = hn::Lt(hn::ShiftRight<8>(hn::LoadU(du, word + i)), threshold);
      const VF32 kept = hn::Mul(load_some(d, x + chunk + i, lanes), scale);
      const VF32 value = hn::IfThenZeroElse(hn::RebindMask(d, is_dropped), kept);
      store_gradient(d, value, y + chunk + i, lanes, args.y.accumulate);
    });
  }
}

void dropout(const DropoutArgs& args) {
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, args.x.num_elements(), kGrain,
                 [&](int64_t begin, int64_t end) { drop_elements<T>(args, begin, end); });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(dropout);
void dropout(const DropoutArgs& args) { HWY_DYNAMIC_DISPATCH(dropout)(args); }
}  // namespace slm::kernels::cpu
#endif
