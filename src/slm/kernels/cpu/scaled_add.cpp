#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/scaled_add.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 16384;  // elements: below it a second thread costs more than it saves

void scaled_add(const ScaledAddArgs& args) {
  const float *a = args.a.as<float>(), *b = args.b.as<float>();
  float* y = args.y.as<float>();
  BFloat16* copy = args.copy.as<BFloat16>();
  parallel_for(0, args.y.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    const F32 d;
    const VF32 alpha = hn::Set(d, static_cast<float>(args.alpha)), beta = hn::Set(d, static_cast<float>(args.beta));
    for_each_vector(d, end - begin, [&](int64_t offset, int64_t lanes) HWY_ATTR {
      const int64_t i = begin + offset;
      const VF32 scaled_b = hn::Mul(beta, load_some(d, b + i, lanes));
      const VF32 value = hn::MulAdd(alpha, load_some(d, a + i, lanes), scaled_b);
      store_some(d, value, y + i, lanes);
      if (copy != nullptr) store_some(d, value, copy + i, lanes);
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(scaled_add);
void scaled_add(const ScaledAddArgs& args) { HWY_DYNAMIC_DISPATCH(scaled_add)(args); }
}  // namespace slm::kernels::cpu
#endif
