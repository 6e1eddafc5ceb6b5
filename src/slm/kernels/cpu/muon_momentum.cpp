#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/muon_momentum.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 16384;  // elements: below it a second thread costs more than it saves

void muon_momentum(const MuonMomentumArgs& args) {
  const float* g = args.g.as<float>();
  float *b = args.b.as<float>(), *u = args.u.as<float>();
  parallel_for(0, args.u.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    const F32 d;
    const VF32 gradient_scale = hn::Set(d, static_cast<float>(args.gradient_scale));
    const VF32 momentum = hn::Set(d, static_cast<float>(args.momentum));
    const VF32 rate = hn::Set(d, static_cast<float>(1.0 - args.momentum));
    for_each_vector(d, end - begin, [&](int64_t offset, int64_t lanes) HWY_ATTR {
      const int64_t i = begin + offset;
      const VF32 gradient = hn::Mul(gradient_scale, load_some(d, g + i, lanes));
      const VF32 b_old = load_some(d, b + i, lanes);
      const VF32 b_new = hn::MulAdd(rate, hn::Sub(gradient, b_old), b_old);
      store_some(d, b_new, b + i, lanes);
      store_some(d, hn::MulAdd(momentum, hn::Sub(b_new, gradient), gradient), u + i, lanes);
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(muon_momentum);
void muon_momentum(const MuonMomentumArgs& args) { HWY_DYNAMIC_DISPATCH(muon_momentum)(args); }
}  // namespace slm::kernels::cpu
#endif
