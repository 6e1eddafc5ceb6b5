#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/rope.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowGrain = 16;

// One head: x, y of 2 * half elements; cosines, then sines, of half elements each; sign is -1 for the inverse.
template <class T>
void rotate_head(const T* x, const float* cosines, float sign, T* y, int64_t half) {
  const F32 d;
  const VF32 signs = hn::Set(d, sign);
  for_each_vector(d, half, [=](int64_t i, int64_t lanes) HWY_ATTR {
    const VF32 cosine = load_some(d, cosines + i, lanes);
    const VF32 sine = hn::Mul(load_some(d, cosines + half + i, lanes), signs);
    const VF32 first = load_some(d, x + i, lanes), second = load_some(d, x + half + i, lanes);
    store_some(d, hn::NegMulAdd(second, sine, hn::Mul(first, cosine)), y + i, lanes);
    store_some(d, hn::MulAdd(first, sine, hn::Mul(second, cosine)), y + half + i, lanes);
  });
}

void rope(const RopeArgs& args) {
  const int64_t width = args.x.shape.back(), head_dim = args.table.shape.back();
  const int64_t rotated_width = args.num_rotated * head_dim;
  const int32_t* positions = args.positions.as<int32_t>();
  const float sign = args.is_inverse ? -1.0f : 1.0f;
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, args.x.num_rows(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const float* cosines = args.table.as<float>() + positions[row] * head_dim;
        const T* x = args.x.as<T>() + row * width;
        T* y = args.y.as<T>() + row * width;
        for (int64_t at = 0; at < rotated_width; at += head_dim) {
          rotate_head(x + at, cosines, sign, y + at, head_dim / 2);
        }
        if (x != y) std::copy(x + rotated_width, x + width, y + rotated_width);
      }
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(rope);
void rope(const RopeArgs& args) { HWY_DYNAMIC_DISPATCH(rope)(args); }
}  // namespace slm::kernels::cpu
#endif
