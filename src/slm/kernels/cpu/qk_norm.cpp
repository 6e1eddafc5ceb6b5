#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/qk_norm.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/partial_sums.h"
#include "slm/kernels/cpu/rms_norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowGrain = 16;

void qk_norm_forward(const QkNormForwardArgs& args) {
  const int64_t dim = args.wq.shape.back(), width = args.x.shape.back();
  const int64_t num_normalized = args.num_heads + args.num_kv_heads;
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, args.x.num_rows(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* x = args.x.as<T>() + row * width;
        T* y = args.y.as<T>() + row * width;
        float* rstd = args.rstd.as<float>() + row * num_normalized;
        for (int64_t head = 0; head < num_normalized; ++head) {
          const float* w = (head < args.num_heads ? args.wq : args.wk).as<float>();
          rstd[head] = rms_norm_row(x + head * dim, w, args.eps, y + head * dim, dim);
        }
        if (x != y) std::copy(x + num_normalized * dim, x + width, y + num_normalized * dim);
      }
    });
  });
}

// The value heads, to which nothing happens.
template <class T>
void pass_gradient(const T* dy, T* dx, int64_t count, bool accumulate) {
  const F32 d;
  for_each_vector(d, count, [=](int64_t i, int64_t lanes) HWY_ATTR {
    store_gradient(d, load_some(d, dy + i, lanes), dx + i, lanes, accumulate);
  });
}

template <class T>
void backward_row(const QkNormBackwardArgs& args, int64_t row, int64_t dim, float* dwq, float* dwk) {
  const int64_t width = args.x.shape.back(), num_normalized = args.num_heads + args.num_kv_heads;
  const T* dy = args.dy.as<T>() + row * width;
  T* dx = args.dx ? args.dx.view.as<T>() + row * width : nullptr;
  for (int64_t head = 0; head < num_normalized; ++head) {
    const bool is_query = head < args.num_heads;
    rms_norm_gradient<T>({.dy = dy + head * dim,
                          .direct = nullptr,
                          .s = args.x.as<T>() + row * width + head * dim,
                          .w = (is_query ? args.wq : args.wk).as<float>(),
                          .rstd = args.rstd.as<float>()[row * num_normalized + head],
                          .ds = dx != nullptr ? dx + head * dim : nullptr,
                          .accumulate = args.dx.accumulate,
                          .dw = is_query ? dwq : dwk},
                         dim);
  }
  if (dx == nullptr) return;
  const int64_t passed = num_normalized * dim;
  pass_gradient(dy + passed, dx + passed, width - passed, args.dx.accumulate);
}

void qk_norm_backward(const QkNormBackwardArgs& args) {
  const int64_t num_rows = args.x.num_rows(), dim = args.wq.shape.back();
  const PartialSums dwq(args.dwq, num_rows), dwk(args.dwk, num_rows);
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    for_each_block(num_rows, [&](int64_t block, int64_t begin, int64_t end) {
      float *dwq_of_block = dwq.zeroed(block), *dwk_of_block = dwk.zeroed(block);
      for (int64_t row = begin; row < end; ++row) backward_row<T>(args, row, dim, dwq_of_block, dwk_of_block);
    });
  });
  dwq.join();
  dwk.join();
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(qk_norm_forward);
HWY_EXPORT(qk_norm_backward);
void qk_norm_forward(const QkNormForwardArgs& args) { HWY_DYNAMIC_DISPATCH(qk_norm_forward)(args); }
void qk_norm_backward(const QkNormBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(qk_norm_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
