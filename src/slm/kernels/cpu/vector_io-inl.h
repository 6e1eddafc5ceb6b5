// Loads and stores of fp32 vectors from and to fp32 or bf16 memory. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_VECTOR_IO_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_VECTOR_IO_INL_H_
#undef SLM_KERNELS_CPU_VECTOR_IO_INL_H_
#else
#define SLM_KERNELS_CPU_VECTOR_IO_INL_H_
#endif

#include <hwy/highway.h>

#include "slm/core/bfloat16.h"
#include "slm/kernels/view.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using VF32 = hn::Vec<F32>;

HWY_INLINE VF32 load(F32 d, const float* from) { return hn::LoadU(d, from); }

HWY_INLINE VF32 load(F32 d, const BFloat16* from) {
  const hn::Rebind<uint16_t, F32> d16;
  const hn::RebindToUnsigned<F32> d32;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, hn::LoadU(d16, reinterpret_cast<const uint16_t*>(from)))));
}

HWY_INLINE void store(F32 d, VF32 value, float* to) { hn::StoreU(value, d, to); }

// Rounds to nearest even, as BFloat16(float) does; Highway's own DemoteTo truncates on some targets.
HWY_INLINE void store([[maybe_unused]] F32 d, VF32 value, BFloat16* to) {
  const hn::Rebind<uint16_t, F32> d16;
  const hn::RebindToUnsigned<F32> d32;
  const auto bits = hn::BitCast(d32, value);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d32, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(d32, 0x7fff))));
  const auto quiet_nan = hn::Or(hn::ShiftRight<16>(bits), hn::Set(d32, 0x40));
  const auto is_nan = hn::RebindMask(d32, hn::IsNaN(value));
  hn::StoreU(hn::TruncateTo(d16, hn::IfThenElse(is_nan, quiet_nan, rounded)), d16, reinterpret_cast<uint16_t*>(to));
}

// The first `count` elements (fewer than a vector), zero beyond them; nothing past them is touched.
template <class T>
HWY_INLINE VF32 load_first(F32 d, const T* from, size_t count) {
  HWY_ALIGN T buffer[HWY_MAX_BYTES / sizeof(float)] = {};
  for (size_t i = 0; i < count; ++i) buffer[i] = from[i];
  return load(d, buffer);
}

template <class T>
HWY_INLINE void store_first(F32 d, VF32 value, T* to, size_t count) {
  HWY_ALIGN T buffer[HWY_MAX_BYTES / sizeof(float)];
  store(d, value, buffer);
  for (size_t i = 0; i < count; ++i) to[i] = buffer[i];
}

// Calls body(offset, lanes) over [0, count): whole vectors, then once for what is left. body loads and stores through
// load_some and store_some, which touch exactly `lanes` elements.
template <class Body>
HWY_INLINE void for_each_vector(F32 d, int64_t count, Body&& body) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) body(i, lanes);
  if (i < count) body(i, count - i);
}

template <class T>
HWY_INLINE VF32 load_some(F32 d, const T* from, int64_t lanes) {
  if (HWY_LIKELY(lanes == static_cast<int64_t>(hn::Lanes(d)))) return load(d, from);
  return load_first(d, from, static_cast<size_t>(lanes));
}

template <class T>
HWY_INLINE void store_some(F32 d, VF32 value, T* to, int64_t lanes) {
  if (HWY_LIKELY(lanes == static_cast<int64_t>(hn::Lanes(d)))) {
    store(d, value, to);
  } else {
    store_first(d, value, to, static_cast<size_t>(lanes));
  }
}

// `value` with the lanes from `lanes` on zeroed: for sums over what did not come straight from load_some.
HWY_INLINE VF32 first_lanes(F32 d, VF32 value, int64_t lanes) {
  if (HWY_LIKELY(lanes == static_cast<int64_t>(hn::Lanes(d)))) return value;
  return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(lanes)), value);
}

// Stores to a gradient that is either overwritten or added to.
template <class T>
HWY_INLINE void store_gradient(F32 d, VF32 value, T* to, int64_t lanes, bool accumulate) {
  if (accumulate) value = hn::Add(value, load_some(d, to, lanes));
  store_some(d, value, to, lanes);
}

// Calls fn with a null pointer of the element type of fp32 or bf16 rows.
template <class Fn>
HWY_INLINE void with_row_type(DType dtype, Fn&& fn) {
  if (dtype == DType::kBFloat16) {
    fn(static_cast<BFloat16*>(nullptr));
  } else {
    fn(static_cast<float*>(nullptr));
  }
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
