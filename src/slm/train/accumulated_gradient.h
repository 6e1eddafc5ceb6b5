#pragma once

#include <span>
#include <string>
#include <vector>

#include "slm/data/windows.h"
#include "slm/models/decoder.h"
#include "slm/optim/optimizer.h"

namespace slm::train {

// What the passes of one step have in common.
struct PassOptions {
  uint64_t seed = 0;
  int64_t step = 0;
  double label_smoothing = 0;
  bool recompute = false;
};

struct AccumulatedGradient {
  double loss_sum = 0;  // over all targets, in nats
  int64_t num_targets = 0;
};

// Clears the gradients and gathers those of the mean loss over all targets of `batches` together, one batch after the
// other: the same as one pass over all of them, up to rounding.
AccumulatedGradient accumulate_gradient(const models::Decoder& model, optim::Parameters parameters,
                                        std::span<const data::Batch> batches, const PassOptions& options);

// Where a value that is not finite first appears.
struct NonFiniteValue {
  std::string op;            // empty: nowhere any more
  std::string parameter;     // of that op: one that is not finite itself, if there is; else of an op before it
  bool is_gradient = false;  // in the backward pass
};

// Does the passes again, to the bit, and looks at every op's result on the way. Leaves the gradients cleared.
NonFiniteValue find_non_finite(const models::Decoder& model, optim::Parameters parameters,
                               std::span<const data::Batch> batches, const PassOptions& options);

}  // namespace slm::train
