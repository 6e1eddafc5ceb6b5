#include "slm/nn/dropout.h"

#include "slm/ops/dropout.h"

namespace slm::nn {

Variable dropout(const Variable& x, double probability, int layer, DropoutPlace place, const ForwardContext& context) {
  if (!context.is_training || probability == 0) return x;
  const int64_t first_row = context.first_sequence * x.shape()[1];
  return ops::dropout(
      x, {.p = probability, .random = context.dropout_stream(layer, static_cast<int>(place)), .row_offset = first_row});
}

}  // namespace slm::nn
