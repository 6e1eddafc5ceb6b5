#include "slm/core/parallel.h"

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <exception>
#include <mutex>

namespace slm {

int num_threads() { return omp_get_max_threads(); }

void set_num_threads(int num_threads) {
  assert(num_threads >= 1);
  omp_set_num_threads(num_threads);
}

void parallel_for(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  assert(grain >= 1);
  if (begin >= end) return;
  const int64_t num_grains = (end - begin + grain - 1) / grain;
  const int num_pieces = static_cast<int>(std::min<int64_t>(num_grains, omp_in_parallel() ? 1 : num_threads()));
  if (num_pieces == 1) {
    body(begin, end);
    return;
  }
  std::exception_ptr failure;
  std::mutex failure_mutex;  // guards failure
#pragma omp parallel for schedule(static, 1) num_threads(num_pieces)
  for (int piece = 0; piece < num_pieces; ++piece) {
    const int64_t first = begin + num_grains * piece / num_pieces * grain;
    const int64_t last = std::min(end, begin + num_grains * (piece + 1) / num_pieces * grain);
    try {
      body(first, last);
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace slm
