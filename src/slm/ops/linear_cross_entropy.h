#pragma once

#include <cstdint>

#include "slm/autograd/variable.h"

namespace slm::ops {

struct CrossEntropyOptions {
  double loss_scale = 1;       // the loss is loss_scale times the sum over targets: 1 / (their number) gives a mean
  double label_smoothing = 0;  // as torch.nn.functional.cross_entropy defines it
};

struct CrossEntropyResult {
  Variable loss;            // (1), fp32 (fp64 for fp64 rows)
  double loss_sum = 0;      // over the targets, not scaled, in nats
  int64_t num_correct = 0;  // targets whose logit no other one exceeds
  int64_t num_targets = 0;
};

// Rows that linear_cross_entropy takes at once. Short chunks leave their logits in the caches for the softmax, tall
// ones read and write the gradient of w less often: against 1,024 rows, 256 lose a few percent in the products and
// nearly halve the softmax (docs/performance.md), in a quarter of the memory: 31 MB of logits for a vocabulary of
// 30,522.
inline constexpr int64_t kCrossEntropyRowsAtOnce = 256;

// The output layer fused with the softmax cross-entropy: chunks of rows go through logits, loss and gradient one after
// the other, so that the logits of a whole batch never exist. While a tape records, the gradients are formed in the
// same pass.
//   x: (..., D)   w: (V, D) of the same dtype   b: (V) or absent   targets: int32, one per row, -1 where there is none
// Throws Error for a target outside [-1, V).
CrossEntropyResult linear_cross_entropy(const Variable& x, const Variable& w, const Variable& b, const Tensor& targets,
                                        const CrossEntropyOptions& options = {});

// x w^T + b in fp32 (fp64 for fp64 rows), not recorded.   -> (..., V)
Tensor logits(const Variable& x, const Variable& w, const Variable& b);

}  // namespace slm::ops
