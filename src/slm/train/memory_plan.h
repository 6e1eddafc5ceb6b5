#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/models/decoder_config.h"
#include "slm/nn/parameter_store.h"
#include "slm/optim/make_optimizer.h"

namespace slm::train {

// The memory that training holds at its peak, by part, in bytes. What single kernels use for themselves is not counted:
// the allocator's peak is within a tenth of total() where that is more than some megabytes.
struct MemoryPlan {
  int64_t model = 0;  // masters, and their bf16 copies
  int64_t gradients = 0;
  int64_t optimizer = 0;    // its state
  int64_t activations = 0;  // what the backward pass needs, and the largest temporary tensors at that time

  int64_t total() const { return model + gradients + optimizer + activations; }
};

struct MemoryPlanOptions {
  nn::ComputeType compute_type = nn::ComputeType::kFloat32;
  optim::OptimizerOptions optimizer;
  int64_t batch_size = 32;  // sequences of max_seq_len in one pass
  bool recompute = false;
};

MemoryPlan plan_memory(const models::DecoderConfig& config, const MemoryPlanOptions& options);

// "model 138 MB, optimizer 276 MB, ...": sizes in units of 1,000.
std::string to_string(const MemoryPlan& plan);

// What this process may still take: the system's available memory, or what its control groups or its own limits
// (ulimit -v, -d) leave where that is less. Nothing where the system does not tell. `root` is where /proc and /sys are.
std::optional<int64_t> available_memory_bytes(const std::string& root = "/");

// Throws MemoryError with the plan, and what would take less, where it is more than `available_bytes`.
void check_memory(const MemoryPlan& plan, int64_t available_bytes);

}  // namespace slm::train
