#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/cross_entropy.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// after highway.h
#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

// NaN where any element is: Max and Exp lose one on some targets, so it is looked for by itself.
float max_or_nan(const float* z, int64_t count) {
  const F32 d;
  VF32 max = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto is_nan = hn::IsNaN(max);
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const VF32 value = hn::LoadU(d, z + i);
    is_nan = hn::Or(is_nan, hn::IsNaN(value));
    max = hn::Max(max, value);
  }
  float result = hn::GetLane(hn::MaxOfLanes(d, max));
  bool has_nan = !hn::AllFalse(d, is_nan);
  for (; i < count; ++i) {
    result = std::max(result, z[i]);
    has_nan = has_nan || std::isnan(z[i]);
  }
  return has_nan ? std::numeric_limits<float>::quiet_NaN() : result;
}

// Sum over vectors of term(offset, lanes), zero past `lanes`: in fp32 over kBlock elements, then joined in fp64, as V
// can be large.
template <class Term>
HWY_INLINE double blocked_sum(int64_t count, Term&& term) {
  constexpr int64_t kBlock = 4096;
  const F32 d;
  double total = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    VF32 sum = hn::Zero(d);
    for_each_vector(d, std::min(kBlock, count - begin), [&](int64_t i, int64_t lanes) HWY_ATTR {
      sum = hn::Add(sum, first_lanes(d, term(begin + i, lanes), lanes));
    });
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
  }
  return total;
}

// e = exp(z - max), which may be z itself; returns its sum.
double exponentiate(const float* z, float max, int64_t count, float* e) {
  const F32 d;
  const VF32 minus_max = hn::Set(d, -max);
  return blocked_sum(count, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 value = hn::Exp(d, hn::Add(load_some(d, z + i, lanes), minus_max));
    store_some(d, value, e + i, lanes);
    return value;
  });
}

// `e`: (V), working memory; the row of dz where that is fp32. Three passes over the row, of which the caches hold the
// second and the third.
template <class T>
void compute_row(const CrossEntropyArgs& args, int64_t row, int64_t vocab, float* e) {
  const F32 d;
  const float* z = args.logits.as<float>() + row * vocab;
  T* dz = args.dlogits ? args.dlogits.as<T>() + row * vocab : nullptr;
  const int32_t target = args.targets.as<int32_t>()[row];
  args.losses.as<double>()[row] = 0;
  args.is_correct.as<int32_t>()[row] = 0;
  if (target < 0) {
    if (dz != nullptr) std::memset(dz, 0, static_cast<size_t>(vocab) * sizeof(T));
    return;
  }
  const double smoothing = args.label_smoothing, per_class = smoothing / static_cast<double>(vocab);
  const double sum_logits =
      smoothing > 0 ? blocked_sum(vocab, [&](int64_t i, int64_t lanes) HWY_ATTR { return load_some(d, z + i, lanes); })
                    : 0.0;
  const auto at_target = static_cast<double>(z[target]);
  const float max = max_or_nan(z, vocab);
  args.is_correct.as<int32_t>()[row] = z[target] >= max ? 1 : 0;
  const double exponentials = exponentiate(z, max, vocab, e);
  const double log_sum = static_cast<double>(max) + std::log(exponentials);
  args.losses.as<double>()[row] = log_sum - (1 - smoothing) * at_target - per_class * sum_logits;
  if (dz == nullptr) return;

  const double scale = args.gradient_scale;
  const VF32 factor = hn::Set(d, static_cast<float>(scale / exponentials));
  const VF32 constant = hn::Set(d, static_cast<float>(-scale * per_class));
  for_each_vector(d, vocab, [&](int64_t i, int64_t lanes) HWY_ATTR {
    store_some(d, hn::MulAdd(load_some(d, e + i, lanes), factor, constant), dz + i, lanes);
  });
  dz[target] = T(static_cast<float>(scale * (std::exp(at_target - log_sum) - (1 - smoothing) - per_class)));
}

void cross_entropy(const CrossEntropyArgs& args) {
  const int64_t vocab = args.logits.shape.back();
  with_row_type(args.dlogits ? args.dlogits.dtype : DType::kFloat32, [&]<class T>(T*) {
    const bool is_gradient_fp32 = args.dlogits && args.dlogits.dtype == DType::kFloat32;
    const auto compute_rows = [&](const Scratch<float>& row_scratch, int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        float* e = is_gradient_fp32 ? args.dlogits.as<float>() + row * vocab : row_scratch.data();
        compute_row<T>(args, row, vocab, e);
      }
    };
    parallel_for_with<Scratch<float>>(0, args.logits.num_rows(), 1, compute_rows, is_gradient_fp32 ? 0 : vocab);
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(cross_entropy);
void cross_entropy(const CrossEntropyArgs& args) { HWY_DYNAMIC_DISPATCH(cross_entropy)(args); }
}  // namespace slm::kernels::cpu
#endif
