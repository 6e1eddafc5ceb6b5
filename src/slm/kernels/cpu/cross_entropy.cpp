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
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

struct RowStatistics {
  float max;
  double sum_exponentials;  // of z - max
  double sum_logits;        // only where asked for
};

float row_max(const float* z, int64_t count) {
  const F32 d;
  VF32 max = hn::Set(d, -std::numeric_limits<float>::infinity());
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) max = hn::Max(max, hn::LoadU(d, z + i));
  float result = hn::GetLane(hn::MaxOfLanes(d, max));
  for (; i < count; ++i) result = std::max(result, z[i]);
  return result;
}

// Partial sums of kBlock elements in fp32, joined in fp64: V can be large.
template <class Term>
HWY_INLINE double blocked_sum(int64_t count, Term&& term) {
  constexpr int64_t kBlock = 4096;
  const F32 d;
  double total = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    VF32 sum = hn::Zero(d);
    for_each_vector(d, std::min(kBlock, count - begin), [&](int64_t i, int64_t lanes) HWY_ATTR {
      const VF32 value = term(begin + i, lanes);
      const auto mask = hn::FirstN(d, static_cast<size_t>(lanes));
      sum = hn::Add(sum, hn::IfThenElseZero(mask, value));
    });
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
  }
  return total;
}

template <class T>
void compute_row(const CrossEntropyArgs& args, int64_t row, int64_t vocab) {
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
  const float max = row_max(z, vocab);
  const auto at_target = static_cast<double>(z[target]);
  const VF32 minus_max = hn::Set(d, -max);
  const double exponentials = blocked_sum(vocab, [&](int64_t i, int64_t lanes) HWY_ATTR {
    return hn::Exp(d, hn::Add(load_some(d, z + i, lanes), minus_max));
  });
  const double log_sum = static_cast<double>(max) + std::log(exponentials);
  const double smoothing = args.label_smoothing, per_class = smoothing / static_cast<double>(vocab);
  double loss = log_sum - (1 - smoothing) * at_target;
  if (smoothing > 0) {
    loss -=
        per_class * blocked_sum(vocab, [&](int64_t i, int64_t lanes) HWY_ATTR { return load_some(d, z + i, lanes); });
  }
  args.losses.as<double>()[row] = loss;
  args.is_correct.as<int32_t>()[row] = z[target] >= max ? 1 : 0;
  if (dz == nullptr) return;

  const double scale = args.gradient_scale;
  const double target_gradient = scale * (std::exp(at_target - log_sum) - (1 - smoothing) - per_class);
  const VF32 factor = hn::Set(d, static_cast<float>(scale / exponentials));
  const VF32 constant = hn::Set(d, static_cast<float>(-scale * per_class));
  for_each_vector(d, vocab, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 exponential = hn::Exp(d, hn::Add(load_some(d, z + i, lanes), minus_max));
    store_some(d, hn::MulAdd(exponential, factor, constant), dz + i, lanes);
  });
  dz[target] = T(static_cast<float>(target_gradient));
}

void cross_entropy(const CrossEntropyArgs& args) {
  const int64_t vocab = args.logits.shape.back();
  with_row_type(args.dlogits ? args.dlogits.dtype : DType::kFloat32, [&]<class T>(T*) {
    parallel_for(0, args.logits.num_rows(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) compute_row<T>(args, row, vocab);
    });
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
