#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/adamw.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 8192;  // elements: below it a second thread costs more than it saves

void adamw(const AdamWArgs& args) {
  const float* g = args.g.as<float>();
  float *m = args.m.as<float>(), *v = args.v.as<float>(), *p = args.p.as<float>();
  BFloat16* copy = args.copy.as<BFloat16>();
  const auto step = static_cast<double>(args.step);
  const double step_size = args.learning_rate / (1.0 - std::pow(args.beta1, step));
  const double v_scale = std::sqrt(1.0 - std::pow(args.beta2, step));
  parallel_for(0, args.p.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    const F32 d;
    const auto set = [d](double value) HWY_ATTR { return hn::Set(d, static_cast<float>(value)); };
    const VF32 gradient_scale = set(args.gradient_scale), keep = set(1.0 - args.learning_rate * args.weight_decay);
    const VF32 rate1 = set(1.0 - args.beta1), rate2 = set(1.0 - args.beta2), beta2 = set(args.beta2);
    const VF32 v_divisor = set(v_scale), eps = set(args.eps), minus_step_size = set(-step_size);
    for_each_vector(d, end - begin, [&](int64_t offset, int64_t lanes) HWY_ATTR {
      const int64_t i = begin + offset;
      const VF32 gradient = hn::Mul(gradient_scale, load_some(d, g + i, lanes));
      const VF32 m_old = load_some(d, m + i, lanes);
      const VF32 m_new = hn::MulAdd(rate1, hn::Sub(gradient, m_old), m_old);
      const VF32 v_new = hn::MulAdd(hn::Mul(rate2, gradient), gradient, hn::Mul(beta2, load_some(d, v + i, lanes)));
      const VF32 divisor = hn::Add(hn::Div(hn::Sqrt(v_new), v_divisor), eps);
      const VF32 decayed = hn::Mul(keep, load_some(d, p + i, lanes));
      const VF32 p_new = hn::MulAdd(minus_step_size, hn::Div(m_new, divisor), decayed);
      store_some(d, m_new, m + i, lanes);
      store_some(d, v_new, v + i, lanes);
      store_some(d, p_new, p + i, lanes);
      if (copy != nullptr) store_some(d, p_new, copy + i, lanes);
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(adamw);
void adamw(const AdamWArgs& args) { HWY_DYNAMIC_DISPATCH(adamw)(args); }
}  // namespace slm::kernels::cpu
#endif
