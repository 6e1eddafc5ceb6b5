#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/embedding.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kRowGrain = 32;
constexpr int64_t kRowsPerSum = 16;  // rows of one id that are summed before they are added to its gradient

template <class T>
void add_rows(const T* a, const T* b, T* y, int64_t dim) {
  const F32 d;
  for_each_vector(d, dim, [=](int64_t i, int64_t lanes) HWY_ATTR {
    store_some(d, hn::Add(load_some(d, a + i, lanes), load_some(d, b + i, lanes)), y + i, lanes);
  });
}

void embedding_forward(const EmbeddingForwardArgs& args) {
  const int64_t dim = args.token_weight.shape.back();
  const int32_t *tokens = args.tokens.as<int32_t>(), *positions = args.positions.as<int32_t>();
  with_row_type(args.y.dtype, [&]<class T>(T*) {
    const T *token_weight = args.token_weight.as<T>(), *position_weight = args.position_weight.as<T>();
    T* y = args.y.as<T>();
    parallel_for(0, args.tokens.num_elements(), kRowGrain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* token = token_weight + tokens[row] * dim;
        if (position_weight != nullptr) {
          add_rows(token, position_weight + positions[row] * dim, y + row * dim, dim);
        } else {
          std::memcpy(y + row * dim, token, static_cast<size_t>(dim) * sizeof(T));
        }
      }
    });
  });
}

// target += sum of the dy rows that `rows` lists, of which there are at most kRowsPerSum.
template <class T>
void add_sum_of_rows(const T* dy, const int32_t* rows, int64_t num_rows, int64_t dim, float* target) {
  const F32 d;
  for_each_vector(d, dim, [=](int64_t i, int64_t lanes) HWY_ATTR {
    VF32 sum = load_some(d, dy + rows[0] * dim + i, lanes);
    for (int64_t r = 1; r < num_rows; ++r) sum = hn::Add(sum, load_some(d, dy + rows[r] * dim + i, lanes));
    store_gradient(d, sum, target + i, lanes, /*accumulate=*/true);
  });
}

// The row numbers 0 to R-1 by rising id, and by rising number within an id.
void sort_rows(const int32_t* ids, int64_t num_rows, int64_t num_ids, int32_t* sorted) {
  const Scratch<int32_t> next(num_ids + 1);
  std::fill_n(next.data(), num_ids + 1, 0);
  for (int64_t row = 0; row < num_rows; ++row) ++next[ids[row] + 1];
  for (int64_t id = 0; id < num_ids; ++id) next[id + 1] += next[id];
  for (int64_t row = 0; row < num_rows; ++row) sorted[next[ids[row]]++] = static_cast<int32_t>(row);
}

void embedding_backward(const EmbeddingBackwardArgs& args) {
  const int64_t num_rows = args.ids.num_elements(), dim = args.dy.shape.back();
  const int64_t num_ids = args.dweight.view.shape[0];
  const int32_t* ids = args.ids.as<int32_t>();
  float* dweight = args.dweight.view.as<float>();
  if (!args.dweight.accumulate) {
    parallel_for(0, num_ids, kRowGrain, [=](int64_t begin, int64_t end) {
      std::memset(dweight + begin * dim, 0, static_cast<size_t>((end - begin) * dim) * sizeof(float));
    });
  }
  const Scratch<int32_t> sorted(num_rows);
  sort_rows(ids, num_rows, num_ids, sorted.data());
  const auto id_at = [&](int64_t i) { return ids[sorted[i]]; };
  with_row_type(args.dy.dtype, [&]<class T>(T*) {
    const T* dy = args.dy.as<T>();
    // A piece takes all rows of the ids that begin in it: no two pieces write one row of dweight.
    parallel_for(0, num_rows, kRowGrain, [&](int64_t begin, int64_t end) {
      int64_t first = begin;
      while (first > 0 && first < end && id_at(first) == id_at(first - 1)) ++first;
      while (first < end) {
        const int32_t id = id_at(first);
        int64_t last = first + 1;
        while (last < num_rows && id_at(last) == id) ++last;
        for (; first < last; first += kRowsPerSum) {
          const int64_t count = std::min(kRowsPerSum, last - first);
          add_sum_of_rows(dy, sorted.data() + first, count, dim, dweight + id * dim);
        }
        first = last;
      }
    });
  });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(embedding_forward);
HWY_EXPORT(embedding_backward);
void embedding_forward(const EmbeddingForwardArgs& args) { HWY_DYNAMIC_DISPATCH(embedding_forward)(args); }
void embedding_backward(const EmbeddingBackwardArgs& args) { HWY_DYNAMIC_DISPATCH(embedding_backward)(args); }
}  // namespace slm::kernels::cpu
#endif
