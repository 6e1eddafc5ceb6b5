#pragma once

#include "slm/data/windows.h"
#include "slm/tensor/tensor.h"

namespace slm::train {

// A batch as the model takes it.
struct BatchTensors {
  Tensor tokens;   // (B, T), int32
  Tensor targets;  // (B, T), int32, -1 where there is none
};

inline BatchTensors to_tensors(const data::Batch& batch) {
  const Shape shape = {batch.num_rows, batch.seq_len};
  return {.tokens = Tensor::from<int32_t>(batch.tokens, shape), .targets = Tensor::from<int32_t>(batch.targets, shape)};
}

}  // namespace slm::train
