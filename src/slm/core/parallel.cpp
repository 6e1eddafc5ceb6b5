#include "slm/core/parallel.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <exception>
#include <mutex>

namespace slm {

int num_threads() { return omp_get_max_threads(); }

void set_num_threads(int num_threads) {
  assert(num_threads >= 1);
  omp_set_num_threads(num_threads);
}

namespace {

// What fork and join of a parallel region order, said once more as C++ atomics: the thread sanitizer cannot see inside
// libgomp and would otherwise call every piece's writes a race with the code after the region.
class ForkJoin {
 public:
  void fork() { forked_.store(true, std::memory_order_release); }
  void begin_piece() { (void)forked_.load(std::memory_order_acquire); }
  void end_piece() { finished_pieces_.fetch_add(1, std::memory_order_release); }
  void join() { (void)finished_pieces_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> forked_{false};
  std::atomic<int> finished_pieces_{0};
};

// What the pieces of one call share.
struct Region {
  int64_t begin, end, grain, num_grains;
  int num_pieces;
  const std::function<void(int, int64_t, int64_t)>& body;
  ForkJoin edges;
  std::exception_ptr failure;  // guarded by failure_mutex
  std::mutex failure_mutex;
};

[[gnu::noinline]] void run_piece(Region& region, int piece) {
  region.edges.begin_piece();
  const int64_t first = region.begin + region.num_grains * piece / region.num_pieces * region.grain;
  const int64_t next = region.begin + region.num_grains * (piece + 1) / region.num_pieces * region.grain;
  try {
    region.body(piece, first, std::min(region.end, next));
  } catch (...) {
    const std::lock_guard lock(region.failure_mutex);
    region.failure = std::current_exception();
  }
  region.edges.end_piece();
}

// The compiler hands `region` to the other threads through memory of its own, which nothing can be said about: so this
// function, and only it, is left out of the thread sanitizer's view.
[[gnu::noinline, gnu::no_sanitize("thread")]] void run_pieces(Region& region) {
#pragma omp parallel for schedule(static, 1) num_threads(region.num_pieces)
  for (int piece = 0; piece < region.num_pieces; ++piece) run_piece(region, piece);
}

}  // namespace

int num_pieces(int64_t begin, int64_t end, int64_t grain) {
  assert(grain >= 1);
  if (begin >= end) return 0;
  const int64_t num_grains = (end - begin + grain - 1) / grain;
  return static_cast<int>(std::min<int64_t>(num_grains, omp_in_parallel() ? 1 : num_threads()));
}

void parallel_for_pieces(int64_t begin, int64_t end, int64_t grain,
                         const std::function<void(int, int64_t, int64_t)>& body) {
  const int pieces = num_pieces(begin, end, grain);
  if (pieces == 0) return;
  if (pieces == 1) {
    body(0, begin, end);
    return;
  }
  Region region{begin, end, grain, (end - begin + grain - 1) / grain, pieces, body, {}, {}, {}};
  region.edges.fork();
  run_pieces(region);
  region.edges.join();
  if (region.failure) std::rethrow_exception(region.failure);
}

void parallel_for(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  parallel_for_pieces(begin, end, grain, [&](int, int64_t first, int64_t last) { body(first, last); });
}

}  // namespace slm
