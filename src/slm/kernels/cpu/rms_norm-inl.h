// Root mean square normalization of one row. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_RMS_NORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_RMS_NORM_INL_H_
#undef SLM_KERNELS_CPU_RMS_NORM_INL_H_
#else
#define SLM_KERNELS_CPU_RMS_NORM_INL_H_
#endif

#include <hwy/highway.h>

#include <cmath>

#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

// y = s * rstd * w, given the sums of squares of s, and the rstd.
template <class T>
float rms_norm_scale(const T* s, VF32 squares, const float* w, double eps, T* y, int64_t dim) {
  const F32 d;
  const double mean = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, squares))) / static_cast<double>(dim);
  const auto rstd = static_cast<float>(1.0 / std::sqrt(mean + eps));
  const VF32 scale = hn::Set(d, rstd);
  for_each_vector(d, dim, [=](int64_t i, int64_t lanes) HWY_ATTR {
    store_some(d, hn::Mul(hn::Mul(load_some(d, s + i, lanes), scale), load_some(d, w + i, lanes)), y + i, lanes);
  });
  return rstd;
}

template <class T>
float rms_norm_row(const T* x, const float* w, double eps, T* y, int64_t dim) {
  const F32 d;
  VF32 squares = hn::Zero(d);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 s = load_some(d, x + i, lanes);
    squares = hn::MulAdd(s, s, squares);
  });
  return rms_norm_scale(x, squares, w, eps, y, dim);
}

template <class T>
struct RmsNormGradientRow {
  const T* dy;
  const T* direct;  // nullptr where there is none
  const T* s;
  const float* w;
  float rstd;
  T* ds;  // nullptr where it is not wanted
  bool accumulate;
  float* dw;  // what dy * s * rstd is added to; nullptr where it is not wanted
};

template <class T>
void rms_norm_gradient(const RmsNormGradientRow<T>& row, int64_t dim) {
  const F32 d;
  const VF32 scale = hn::Set(d, row.rstd);
  VF32 dot = hn::Zero(d);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 dy_s = hn::Mul(load_some(d, row.dy + i, lanes), load_some(d, row.s + i, lanes));
    dot = hn::MulAdd(dy_s, load_some(d, row.w + i, lanes), dot);
    if (row.dw != nullptr) {
      store_some(d, hn::MulAdd(dy_s, scale, load_some(d, row.dw + i, lanes)), row.dw + i, lanes);
    }
  });
  if (row.ds == nullptr) return;
  const float projection = hn::GetLane(hn::SumOfLanes(d, dot)) * row.rstd * row.rstd / static_cast<float>(dim);
  const VF32 minus_projection = hn::Set(d, -projection);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 dy_w = hn::Mul(load_some(d, row.dy + i, lanes), load_some(d, row.w + i, lanes));
    VF32 value = hn::Mul(scale, hn::MulAdd(load_some(d, row.s + i, lanes), minus_projection, dy_w));
    if (row.direct != nullptr) value = hn::Add(value, load_some(d, row.direct + i, lanes));
    store_gradient(d, value, row.ds + i, lanes, row.accumulate);
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
