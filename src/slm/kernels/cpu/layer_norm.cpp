#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/layer_norm.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/partial_sums.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowGrain = 32;

template <class T>
void forward_row(const LayerNormForwardArgs& args, int64_t row, int64_t dim) {
  const F32 d;
  const T* x = args.x.as<T>() + row * dim;
  const float *w = args.w.as<float>(), *b = args.b.as<float>();
  T* y = args.y.as<T>() + row * dim;
  VF32 total = hn::Zero(d);
  if (args.residual) {
    const T* residual = args.residual.as<T>() + row * dim;
    T* sum = args.sum.as<T>() + row * dim;
    for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
      store_some(d, hn::Add(load_some(d, x + i, lanes), load_some(d, residual + i, lanes)), sum + i, lanes);
      total = hn::Add(total, load_some(d, sum + i, lanes));  // as rounded: backward sees the same
    });
    x = sum;
  } else {
    for_each_vector(d, dim,
                    [&](int64_t i, int64_t lanes) HWY_ATTR { total = hn::Add(total, load_some(d, x + i, lanes)); });
  }
  const float mean = hn::GetLane(hn::SumOfLanes(d, total)) / static_cast<float>(dim);
  // Two passes: E[x^2] - E[x]^2 loses every digit when |mean| >> std.
  const VF32 minus_mean = hn::Set(d, -mean);
  VF32 squares = hn::Zero(d);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 centred = first_lanes(d, hn::Add(load_some(d, x + i, lanes), minus_mean), lanes);
    squares = hn::MulAdd(centred, centred, squares);
  });
  const double variance = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, squares))) / static_cast<double>(dim);
  const auto rstd = static_cast<float>(1.0 / std::sqrt(variance + args.eps));
  args.mean.as<float>()[row] = mean;
  args.rstd.as<float>()[row] = rstd;
  const VF32 scale = hn::Set(d, rstd);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 normalized = hn::Mul(hn::Add(load_some(d, x + i, lanes), minus_mean), scale);
    const VF32 bias = b != nullptr ? load_some(d, b + i, lanes) : hn::Zero(d);
    store_some(d, hn::MulAdd(normalized, load_some(d, w + i, lanes), bias), y + i, lanes);
  });
}

void layer_norm_forward(const LayerNormForwardArgs& args) {
  const int64_t dim = args.x.shape.back();
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, args.x.num_rows(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) forward_row<T>(args, row, dim);
    });
  });
}

// Adds dy * n to dw (D) and dy to db (D) where those are wanted, and writes ds where that is.
template <class T>
void backward_row(const LayerNormBackwardArgs& args, int64_t row, int64_t dim, float* dw, float* db) {
  const F32 d;
  const T* s = args.s.as<T>() + row * dim;
  const T* dy = args.dy.as<T>() + row * dim;
  const float* w = args.w.as<float>();
  const VF32 minus_mean = hn::Set(d, -args.mean.as<float>()[row]), scale = hn::Set(d, args.rstd.as<float>()[row]);
  VF32 sum_g = hn::Zero(d), sum_gn = hn::Zero(d);
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 dy_i = load_some(d, dy + i, lanes);  // zero past the row, so that nothing there counts
    const VF32 n = hn::Mul(hn::Add(load_some(d, s + i, lanes), minus_mean), scale);
    const VF32 g = hn::Mul(dy_i, load_some(d, w + i, lanes));
    sum_g = hn::Add(sum_g, g);
    sum_gn = hn::MulAdd(g, n, sum_gn);
    if (dw != nullptr) {
      store_some(d, hn::MulAdd(dy_i, n, load_some(d, dw + i, lanes)), dw + i, lanes);
    }
    if (db != nullptr) {
      store_some(d, hn::Add(dy_i, load_some(d, db + i, lanes)), db + i, lanes);
    }
  });
  if (!args.ds) return;
  const auto minus_mean_of = [&](VF32 sums) HWY_ATTR {
    return hn::Set(d, -hn::GetLane(hn::SumOfLanes(d, sums)) / static_cast<float>(dim));
  };
  const VF32 minus_mean_g = minus_mean_of(sum_g), minus_mean_gn = minus_mean_of(sum_gn);
  const T* direct = args.ds_direct ? args.ds_direct.as<T>() + row * dim : nullptr;
  T* ds = args.ds.view.as<T>() + row * dim;
  for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 n = hn::Mul(hn::Add(load_some(d, s + i, lanes), minus_mean), scale);
    const VF32 centred_g = hn::MulAdd(load_some(d, dy + i, lanes), load_some(d, w + i, lanes), minus_mean_g);
    VF32 value = hn::Mul(scale, hn::MulAdd(n, minus_mean_gn, centred_g));
    if (direct != nullptr) value = hn::Add(value, load_some(d, direct + i, lanes));
    store_gradient(d, value, ds + i, lanes, args.ds.accumulate);
  });
}

void layer_norm_backward(const LayerNormBackwardArgs& args) {
  const int64_t num_rows = args.s.num_rows(), dim = args.s.shape.back();
  const PartialSums dw(args.dw, num_rows), db(args.db, num_rows);
  with_row_type(args.s.dtype, [&]<class T>(T*) {
    for_each_block(num_rows, [&](int64_t block, int64_t begin, int64_t end) {
      float *dw_of_block = dw.zeroed(block), *db_of_block = db.zeroed(block);
      for (int64_t row = begin; row < end; ++row) backward_row<T>(args, row, dim, dw_of_block, db_of_block);
    });
  });
  dw.join();
  db.join();
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(layer_norm_forward);
HWY_EXPORT(layer_norm_backward);
void layer_norm_forward(const LayerNormForwardArgs& args) { HWY_DYNAMIC_DISPATCH(layer_norm_forward)(args); }
void layer_norm_backward(const LayerNormBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(layer_norm_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
