#include "slm/cli/machine_peak.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "slm/kernels/add.h"
#include "slm/kernels/matmul.h"
#include "slm/tensor/tensor.h"

namespace slm::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The shortest of the runs that fit into `min_seconds` (three at least), after one that warms up.
template <class Run>
double shortest_seconds(double min_seconds, Run&& run) {
  run();
  double best = std::numeric_limits<double>::infinity();
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < 3 || seconds_since(start) < min_seconds; ++i) {
    const Clock::time_point run_start = Clock::now();
    run();
    best = std::min(best, seconds_since(run_start));
  }
  return best;
}

}  // namespace

double measure_matmul_gflops(const MatmulShape& shape, DType dtype, double min_seconds) {
  const Tensor a = Tensor::zeros({shape.m, shape.k}, dtype), b = Tensor::zeros({shape.k, shape.n}, dtype);
  const Tensor c = Tensor::empty({shape.m, shape.n}, dtype);
  const double seconds = shortest_seconds(min_seconds, [&] {
    kernels::matmul(Device::kCpu, dtype, {.a = a.view(), .b = b.view(), .bias = {}, .c = c.view()});
  });
  return 2e-9 * static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k) / seconds;
}

double measure_peak_gflops(DType dtype) { return measure_matmul_gflops({.m = 1536, .n = 1536, .k = 1536}, dtype); }

double measure_bandwidth_gb_s() {
  constexpr int64_t kElements = 32 << 20;  // 128 MiB each
  const Tensor a = Tensor::zeros({kElements}, DType::kFloat32), b = Tensor::zeros({kElements}, DType::kFloat32);
  const Tensor y = Tensor::zeros({kElements}, DType::kFloat32);
  const double seconds = shortest_seconds(0.3, [&] {
    kernels::add(Device::kCpu, DType::kFloat32, {a.view(), b.view(), y.view()});
  });
  return 12e-9 * static_cast<double>(kElements) / seconds;
}

}  // namespace slm::cli
