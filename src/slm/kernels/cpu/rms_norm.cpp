#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/rms_norm.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowsPerBlock = 32;  // rows that share one partial sum of dw: fixed, so that the bits are

template <class T>
void forward_row(const RmsNormForwardArgs& args, int64_t row, int64_t dim) {
  const F32 d;
  const T* x = args.x.as<T>() + row * dim;
  const float* w = args.w.as<float>();
  T* y = args.y.as<T>() + row * dim;
  VF32 squares = hn::Zero(d);
  if (args.residual) {
    const T* residual = args.residual.as<T>() + row * dim;
    T* sum = args.sum.as<T>() + row * dim;
    for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
      store_some(d, hn::Add(load_some(d, x + i, lanes), load_some(d, residual + i, lanes)), sum + i, lanes);
      const VF32 s = load_some(d, sum + i, lanes);  // as rounded: backward sees the same
      squares = hn::MulAdd(s, s, squares);
    });
    x = sum;
  } else {
    for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
      const VF32 s = load_some(d, x + i, lanes);
      squares = hn::MulAdd(s, s, squares);
    });
  }
  const double mean = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, squares))) / static_cast<double>(dim);
  const auto rstd = static_cast<float>(1.0 / std::sqrt(mean + args.eps));
  args.rstd.as<float>()[row] = rstd;
  const VF32 scale = hn::Set(d, rstd);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    store_some(d, hn::Mul(hn::Mul(load_some(d, x + i, lanes), scale), load_some(d, w + i, lanes)), y + i, lanes);
  });
}

void rms_norm_forward(const RmsNormForwardArgs& args) {
  const int64_t dim = args.x.shape.back();
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, args.x.num_rows(), kRowsPerBlock, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) forward_row<T>(args, row, dim);
    });
  });
}

// Adds dy * s * rstd to `dw_partial` (D) where that is wanted, and writes ds where that is.
template <class T>
void backward_row(const RmsNormBackwardArgs& args, int64_t row, int64_t dim, float* dw_partial) {
  const F32 d;
  const T* s = args.s.as<T>() + row * dim;
  const T* dy = args.dy.as<T>() + row * dim;
  const float* w = args.w.as<float>();
  const float rstd = args.rstd.as<float>()[row];
  const VF32 scale = hn::Set(d, rstd);
  VF32 dot = hn::Zero(d);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 dy_s = hn::Mul(load_some(d, dy + i, lanes), load_some(d, s + i, lanes));
    dot = hn::MulAdd(dy_s, load_some(d, w + i, lanes), dot);
    if (dw_partial != nullptr) {
      store_some(d, hn::MulAdd(dy_s, scale, load_some(d, dw_partial + i, lanes)), dw_partial + i, lanes);
    }
  });
  if (!args.ds) return;
  const float projection = hn::GetLane(hn::SumOfLanes(d, dot)) * rstd * rstd / static_cast<float>(dim);
  const VF32 minus_projection = hn::Set(d, -projection);
  const T* direct = args.ds_direct ? args.ds_direct.as<T>() + row * dim : nullptr;
  T* ds = args.ds.view.as<T>() + row * dim;
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 dy_w = hn::Mul(load_some(d, dy + i, lanes), load_some(d, w + i, lanes));
    VF32 value = hn::Mul(scale, hn::MulAdd(load_some(d, s + i, lanes), minus_projection, dy_w));
    if (direct != nullptr) value = hn::Add(value, load_some(d, direct + i, lanes));
    if (args.ds.accumulate) value = hn::Add(value, load_some(d, ds + i, lanes));
    store_some(d, value, ds + i, lanes);
  });
}

void rms_norm_backward(const RmsNormBackwardArgs& args) {
  const int64_t num_rows = args.s.num_rows(), dim = args.s.shape.back();
  const int64_t num_blocks = (num_rows + kRowsPerBlock - 1) / kRowsPerBlock;
  const Scratch<float> partials(args.dw ? num_blocks * dim : 0);
  with_row_type(args.s.dtype, [&]<class T>(T*) {
    parallel_for(0, num_blocks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        float* partial = args.dw ? partials.data() + block * dim : nullptr;
        if (partial != nullptr) std::fill_n(partial, dim, 0.0f);
        const int64_t last = std::min(num_rows, (block + 1) * kRowsPerBlock);
        for (int64_t row = block * kRowsPerBlock; row < last; ++row) backward_row<T>(args, row, dim, partial);
      }
    });
  });
  if (!args.dw) return;
  float* dw = args.dw.view.as<float>();
  if (!args.dw.accumulate) std::fill_n(dw, dim, 0.0f);
  for (int64_t block = 0; block < num_blocks; ++block) {
    for (int64_t i = 0; i < dim; ++i) dw[i] += partials[block * dim + i];
  }
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
