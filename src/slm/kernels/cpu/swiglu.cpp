#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/swiglu.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/activation-inl.h"
#include "slm/kernels/cpu/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowGrain = 16;

template <class T>
void forward_row(const T* gate, const T* up, T* y, int64_t hidden) {
  const F32 d;
  for_each_vector(d, hidden, [=](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 silu = activate<Activation::kSilu>(d, load_some(d, gate + i, lanes)).value;
    store_some(d, hn::Mul(silu, load_some(d, up + i, lanes)), y + i, lanes);
  });
}

template <class T>
void backward_row(const T* dy, const T* gate, const T* up, T* dgate, T* dup, int64_t hidden, bool accumulate) {
  const F32 d;
  for_each_vector(d, hidden, [=](int64_t i, int64_t lanes) HWY_ATTR {
    const auto silu = activate<Activation::kSilu>(d, load_some(d, gate + i, lanes));
    const VF32 gradient = load_some(d, dy + i, lanes), factor = load_some(d, up + i, lanes);
    store_gradient(d, hn::Mul(hn::Mul(gradient, factor), silu.slope), dgate + i, lanes, accumulate);
    store_gradient(d, hn::Mul(gradient, silu.value), dup + i, lanes, accumulate);
  });
}

void swiglu_forward(const SwigluForwardArgs& args) {
  const int64_t hidden = args.y.shape.back();
  with_row_type(args.y.dtype, [&]<class T>(T*) {
    parallel_for(0, args.y.num_rows(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* gate = args.x.as<T>() + row * 2 * hidden;
        forward_row(gate, gate + hidden, args.y.as<T>() + row * hidden, hidden);
      }
    });
  });
}

void swiglu_backward(const SwigluBackwardArgs& args) {
  const int64_t hidden = args.dy.shape.back();
  with_row_type(args.dy.dtype, [&]<class T>(T*) {
    parallel_for(0, args.dy.num_rows(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* gate = args.x.as<T>() + row * 2 * hidden;
        T* dgate = args.dx.view.as<T>() + row * 2 * hidden;
        backward_row(args.dy.as<T>() + row * hidden, gate, gate + hidden, dgate, dgate + hidden, hidden,
                     args.dx.accumulate);
      }
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(swiglu_forward);
HWY_EXPORT(swiglu_backward);
void swiglu_forward(const SwigluForwardArgs& args) { HWY_DYNAMIC_DISPATCH(swiglu_forward)(args); }
void swiglu_backward(const SwigluBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(swiglu_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
