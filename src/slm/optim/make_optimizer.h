#pragma once

#include <string_view>

#include "slm/optim/optimizer.h"

namespace slm::optim {

enum class OptimizerKind { kAdamW, kSgd, kMuon };

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double beta1 = 0.9;          // AdamW: decay of the first moment. SGD: the momentum
  double beta2 = 0.999;        // AdamW: decay of the second moment
  double eps = 1e-8;           // AdamW: added to the root of the second moment
  double weight_decay = 0.01;  // of matrices and embeddings; decoupled from the gradient, but for SGD
};

// Muon takes the options of AdamW for what it does not update itself.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, Parameters parameters);

std::string_view name(OptimizerKind kind);             // "adamw"
OptimizerKind parse_optimizer(std::string_view text);  // throws UsageError

}  // namespace slm::optim
