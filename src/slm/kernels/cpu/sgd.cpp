#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/sgd.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 8192;  // elements: below it a second thread costs more than it saves

void sgd(const SgdArgs& args) {
  const float* g = args.g.as<float>();
  float *b = args.b.as<float>(), *p = args.p.as<float>();
  BFloat16* copy = args.copy.as<BFloat16>();
  parallel_for(0, args.p.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    const F32 d;
    const auto set = [d](double value) HWY_ATTR { return hn::Set(d, static_cast<float>(value)); };
    const VF32 gradient_scale = set(args.gradient_scale), weight_decay = set(args.weight_decay);
    const VF32 momentum = set(args.momentum), minus_rate = set(-args.learning_rate);
    for_each_vector(d, end - begin, [&](int64_t offset, int64_t lanes) HWY_ATTR {
      const int64_t i = begin + offset;
      const VF32 p_old = load_some(d, p + i, lanes);
      const VF32 gradient = hn::MulAdd(weight_decay, p_old, hn::Mul(gradient_scale, load_some(d, g + i, lanes)));
      VF32 update = gradient;
      if (b != nullptr) {
        const VF32 b_new = hn::MulAdd(momentum, load_some(d, b + i, lanes), gradient);
        store_some(d, b_new, b + i, lanes);
        update = args.is_nesterov ? hn::MulAdd(momentum, b_new, gradient) : b_new;
      }
      const VF32 p_new = hn::MulAdd(minus_rate, update, p_old);
      store_some(d, p_new, p + i, lanes);
      if (copy != nullptr) store_some(d, p_new, copy + i, lanes);
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(sgd);
void sgd(const SgdArgs& args) { HWY_DYNAMIC_DISPATCH(sgd)(args); }
}  // namespace slm::kernels::cpu
#endif
