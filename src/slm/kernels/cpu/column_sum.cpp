#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/column_sum.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowsPerBlock = 64;  // rows that share one partial sum: fixed, so that the bits are

template <class T>
void sum_block(const T* rows, int64_t num_rows, int64_t dim, float* partial) {
  const F32 d;
  std::fill_n(partial, dim, 0.0f);
  for (int64_t row = 0; row < num_rows; ++row) {
    for_each_vector(d, dim, [&](int64_t i, int64_t lanes) HWY_ATTR {
      const VF32 sum = hn::Add(load_some(d, partial + i, lanes), load_some(d, rows + row * dim + i, lanes));
      store_some(d, sum, partial + i, lanes);
    });
  }
}

void column_sum(const ColumnSumArgs& args) {
  const int64_t num_rows = args.x.num_rows(), dim = args.x.shape.back();
  const int64_t num_blocks = (num_rows + kRowsPerBlock - 1) / kRowsPerBlock;
  const Scratch<float> partials(num_blocks * dim);
  with_row_type(args.x.dtype, [&]<class T>(T*) {
    parallel_for(0, num_blocks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        const int64_t first = block * kRowsPerBlock;
        sum_block(args.x.as<T>() + first * dim, std::min(kRowsPerBlock, num_rows - first), dim,
                  partials.data() + block * dim);
      }
    });
  });
  float* sum = args.sum.view.as<float>();
  if (!args.sum.accumulate) std::fill_n(sum, dim, 0.0f);
  for (int64_t block = 0; block < num_blocks; ++block) {
    for (int64_t i = 0; i < dim; ++i) sum[i] += partials[block * dim + i];
  }
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(column_sum);
void column_sum(const ColumnSumArgs& args) { HWY_DYNAMIC_DISPATCH(column_sum)(args); }
}  // namespace slm::kernels::cpu
#endif
