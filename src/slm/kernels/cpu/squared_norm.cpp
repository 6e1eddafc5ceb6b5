#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/squared_norm.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kElementsPerBlock = 16384;  // that share one partial sum: fixed, so that the bits are

double block_squared_norm(const float* x, int64_t count) {
  const hn::ScalableTag<double> d64;
  const hn::Rebind<float, decltype(d64)> d32;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d64));
  auto even = hn::Zero(d64), odd = hn::Zero(d64);
  int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    const auto first = hn::PromoteTo(d64, hn::LoadU(d32, x + i));
    const auto second = hn::PromoteTo(d64, hn::LoadU(d32, x + i + lanes));
    even = hn::MulAdd(first, first, even);
    odd = hn::MulAdd(second, second, odd);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d64, hn::Add(even, odd)));
  for (; i < count; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

void squared_norm(const SquaredNormArgs& args) {
  const float* x = args.x.as<float>();
  const int64_t count = args.x.num_elements(), num_blocks = (count + kElementsPerBlock - 1) / kElementsPerBlock;
  const Scratch<double> partials(num_blocks);
  parallel_for(0, num_blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * kElementsPerBlock;
      partials[block] = block_squared_norm(x + first, std::min(kElementsPerBlock, count - first));
    }
  });
  double sum = 0;
  for (int64_t block = 0; block < num_blocks; ++block) sum += partials[block];
  *args.sum.as<double>() = sum;
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(squared_norm);
void squared_norm(const SquaredNormArgs& args) { HWY_DYNAMIC_DISPATCH(squared_norm)(args); }
}  // namespace slm::kernels::cpu
#endif
