#pragma once

#include <cstdint>

#include "slm/models/decoder_config.h"
#include "slm/nn/parameter_store.h"

namespace slm::cli {

struct TrainingBenchmarkOptions {
  models::DecoderConfig model;
  int64_t batch_size = 32;
  int64_t num_steps = 10;  // timed, after two that are not
  nn::ComputeType compute_type = nn::ComputeType::kFloat32;
};

struct TrainingBenchmark {
  double tokens_per_s = 0;              // of whole steps: forward, backward, clipping, AdamW; the median step
  double matmul_only_tokens_per_s = 0;  // were there nothing but the step's matrix products: the ceiling
};

TrainingBenchmark run_training_benchmark(const TrainingBenchmarkOptions& options);

}  // namespace slm::cli
