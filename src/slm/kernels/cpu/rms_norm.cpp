#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/rms_norm.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/partial_sums.h"
#include "slm/kernels/cpu/rms_norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowGrain = 32;

template <class T>
float forward_row(const RmsNormForwardArgs& args, int64_t row, int64_t dim) {
  const T* x = args.x.as<T>() + row * dim;
  const float* w = args.w.as<float>();
  T* y = args.y.as<T>() + row * dim;
  if (!args.residual) return rms_norm_row(x, w, args.eps, y, dim);
  const F32 d;
  const T* residual = args.residual.as<T>() + row * dim;
  T* sum = args.sum.as<T>() + row * dim;
  VF32 squares = hn::Zero(d);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    store_some(d, hn::Add(load_some(d, x + i, lanes), load_some(d, residual + i, lanes)), sum + i, lanes);
    const VF32 s = load_some(d, sum + i, lanes);  // as rounded: backward sees the same
    squares = hn::MulAdd(s, s, squares);
  });
  return rms_norm_scale(sum, squares, w, args.eps, y, dim);
}

void rms_norm_forward(const RmsNormForwardArgs& args) {
  const int64_t dim = args.x.shape.back();
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, args.x.num_rows(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) args.rstd.as<float>()[row] = forward_row<T>(args, row, dim);
    });
  });
}

template <class T>
void backward_row(const RmsNormBackwardArgs& args, int64_t row, int64_t dim, float* dw) {
  const int64_t at = row * dim;
  rms_norm_gradient<T>({.dy = args.dy.as<T>() + at,
                        .direct = args.ds_direct ? args.ds_direct.as<T>() + at : nullptr,
                        .s = args.s.as<T>() + at,
                        .w = args.w.as<float>(),
                        .rstd = args.rstd.as<float>()[row],
                        .ds = args.ds ? args.ds.view.as<T>() + at : nullptr,
                        .accumulate = args.ds.accumulate,
                        .dw = dw},
                       dim);
}

void rms_norm_backward(const RmsNormBackwardArgs& args) {
  const int64_t num_rows = args.s.num_rows(), dim = args.s.shape.back();
  const PartialSums dw(args.dw, num_rows);
  with_row_type(args.s.dtype, [&]<class T>(T*) {
    for_each_block(num_rows, [&](int64_t block, int64_t begin, int64_t end) {
      float* dw_of_block = dw.zeroed(block);
      for (int64_t row = begin; row < end; ++row) backward_row<T>(args, row, dim, dw_of_block);
    });
  });
  dw.join();
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(rms_norm_forward);
HWY_EXPORT(rms_norm_backward);
void rms_norm_forward(const RmsNormForwardArgs& args) { HWY_DYNAMIC_DISPATCH(rms_norm_forward)(args); }
void rms_norm_backward(const RmsNormBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(rms_norm_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
