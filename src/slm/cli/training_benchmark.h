#pragma once

#include <cstdint>
#include <vector>

#include "slm/cli/machine_peak.h"
#include "slm/models/decoder_config.h"
#include "slm/nn/parameter_store.h"

namespace slm::cli {

struct TrainingBenchmarkOptions {
  models::DecoderConfig model;
  int64_t batch_size = 32;
  int64_t num_steps = 10;  // timed, after two that are not
  nn::ComputeType compute_type = nn::ComputeType::kFloat32;
};

// Products of one shape in a training step.
struct StepMatmul {
  MatmulShape shape;
  int64_t count = 1;  // in the layers
  double share = 1;   // of such a product that a layer has: more than one where it takes the rows of a step in chunks
};

// All matrix products of a step: each linear layer's y = x W^T, dx = dy W and dW = dy^T x, with as many rows at once as
// training computes with.
std::vector<StepMatmul> matmuls_of_step(const TrainingBenchmarkOptions& options);

struct TrainingBenchmark {
  double tokens_per_s = 0;              // of whole steps: forward, backward, clipping, AdamW; the median step
  double matmul_only_tokens_per_s = 0;  // were there nothing but the step's matrix products: the ceiling
  int64_t peak_rss_bytes = 0;           // while whole steps ran
};

TrainingBenchmark run_training_benchmark(const TrainingBenchmarkOptions& options);

}  // namespace slm::cli
