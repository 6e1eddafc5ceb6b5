#pragma once

#include <string>
#include <string_view>

#include "slm/nn/parameter_store.h"

namespace slm::cli {

struct Precision {
  nn::ComputeType compute_type = nn::ComputeType::kFloat32;
  std::string name;    // "fp32", "bf16"
  std::string notice;  // why it is not what was asked for; empty where it is
};

// What `--precision auto | fp32 | bf16 | fp16` means on this machine: auto is the faster one. Throws UsageError for
// fp16 where there is no GPU.
Precision choose_precision(std::string_view requested);

}  // namespace slm::cli
