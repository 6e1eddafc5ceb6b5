#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/activation.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/activation-inl.h"
#include "slm/kernels/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 16384;  // elements: below it a second thread costs more than it saves

template <Activation activation, class T>
void forward_elements(const T* x, T* y, int64_t count) {
  const F32 d;
  for_each_vector(d, count, [=](int64_t i, int64_t lanes) HWY_ATTR {
    store_some(d, activate<activation>(d, load_some(d, x + i, lanes)).value, y + i, lanes);
  });
}

template <Activation activation, class T>
void backward_elements(const T* dy, const T* x, T* dx, int64_t count, bool accumulate) {
  const F32 d;
  for_each_vector(d, count, [=](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 slope = activate<activation>(d, load_some(d, x + i, lanes)).slope;
    store_gradient(d, hn::Mul(load_some(d, dy + i, lanes), slope), dx + i, lanes, accumulate);
  });
}

void activation_forward(const ActivationForwardArgs& args) {
  with_row_type(args.y.dtype, [&]<class T>(T*) {
    with_activation(args.activation, [&]<Activation activation>(std::integral_constant<Activation, activation>) {
      parallel_for(0, args.y.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
        forward_elements<activation>(args.x.as<T>() + begin, args.y.as<T>() + begin, end - begin);
      });
    });
  });
}

void activation_backward(const ActivationBackwardArgs& args) {
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    with_activation(args.activation, [&]<Activation activation>(std::integral_constant<Activation, activation>) {
      parallel_for(0, args.x.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
        backward_elements<activation>(args.dy.as<T>() + begin, args.x.as<T>() + begin, args.dx.view.as<T>() + begin,
                                      end - begin, args.dx.accumulate);
      });
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(activation_forward);
HWY_EXPORT(activation_backward);
void activation_forward(const ActivationForwardArgs& args) { HWY_DYNAMIC_DISPATCH(activation_forward)(args); }
void activation_backward(const ActivationBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(activation_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
