#pragma once

#include <algorithm>
#include <cstdint>

#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/view.h"

namespace slm::kernels::cpu {

inline constexpr int64_t kRowsPerBlock = 32;

inline int64_t num_row_blocks(int64_t num_rows) { return (num_rows + kRowsPerBlock - 1) / kRowsPerBlock; }

// Calls body(block, begin, end) for each block of rows, in parallel.
template <class Body>
void for_each_block(int64_t num_rows, const Body& body) {
  parallel_for(0, num_row_blocks(num_rows), 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block) {
      body(block, block * kRowsPerBlock, std::min(num_rows, (block + 1) * kRowsPerBlock));
    }
  });
}

// Sums over rows that run in parallel and still give the same bits for any number of threads: each block of rows, of a
// fixed size, has a partial sum of its own, and join() adds them in their order.
class PartialSums {
 public:
  // `gradient` is (D), fp32, or absent.
  PartialSums(const GradView& gradient, int64_t num_rows)
      : gradient_(gradient),
        num_blocks_(num_row_blocks(num_rows)),
        dim_(gradient ? gradient.view.num_elements() : 0),
        sums_(num_blocks_ * dim_) {}

  // The partial sum of a block, (D), zeroed; nullptr where the gradient is absent.
  float* zeroed(int64_t block) const {
    if (!gradient_) return nullptr;
    float* sum = sums_.data() + block * dim_;
    std::fill_n(sum, dim_, 0.0f);
    return sum;
  }

  // Into the gradient.
  void join() const {
    if (!gradient_) return;
    float* to = gradient_.view.as<float>();
    if (!gradient_.accumulate) std::fill_n(to, dim_, 0.0f);
    for (int64_t block = 0; block < num_blocks_; ++block) {
      for (int64_t i = 0; i < dim_; ++i) to[i] += sums_[block * dim_ + i];
    }
  }

 private:
  GradView gradient_;
  int64_t num_blocks_;
  int64_t dim_;
  Scratch<float> sums_;  // (num_blocks, D)
};

}  // namespace slm::kernels::cpu
