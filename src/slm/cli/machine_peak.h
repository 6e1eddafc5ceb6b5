#pragma once

#include <cstdint>

#include "slm/core/dtype.h"

namespace slm::cli {

// What this machine can do with the threads in use, measured: the best of several runs.
struct MatmulShape {
  int64_t m, n, k;
};

// Rate of one product of matrices of `dtype` (fp32 or bf16), in 10^9 operations per second.
double measure_matmul_gflops(const MatmulShape& shape, DType dtype, double min_seconds = 0.1);

// Of a large square product: what percentages of peak are of.
double measure_peak_gflops(DType dtype);

// Bytes read and written per second by y = a + b over arrays far larger than the caches, in 10^9.
double measure_bandwidth_gb_s();

}  // namespace slm::cli
