#pragma once

#include "slm/data/windows.h"
#include "slm/nn/forward_context.h"
#include "slm/tensor/tensor.h"

namespace slm::train {

// A batch as the model takes it.
struct BatchTensors {
  Tensor tokens;   // (B, T), int32
  Tensor targets;  // (B, T), int32, -1 where there is none
  // Where documents are kept apart, else absent:
  Tensor first_columns;  // (B, T), int32: where the document of each token begins
  Tensor positions;      // (B, T), int32: of each token in its document

  // Says to a forward pass what belongs together.
  void describe_to(nn::ForwardContext& context) const {
    context.first_key = first_columns;
    context.positions.ids = positions;
  }
};

inline BatchTensors to_tensors(const data::Batch& batch) {
  const Shape shape = {batch.num_rows, batch.seq_len};
  BatchTensors tensors = {.tokens = Tensor::from<int32_t>(batch.tokens, shape),
                          .targets = Tensor::from<int32_t>(batch.targets, shape),
                          .first_columns = {},
                          .positions = {}};
  if (batch.first_columns.empty()) return tensors;
  tensors.first_columns = Tensor::from<int32_t>(batch.first_columns, shape);
  tensors.positions = Tensor::empty(shape, DType::kInt32);
  int32_t* position = tensors.positions.data<int32_t>();
  for (int64_t i = 0; i < batch.num_rows * batch.seq_len; ++i) {
    position[i] = static_cast<int32_t>(i % batch.seq_len) - batch.first_columns[static_cast<size_t>(i)];
  }
  return tensors;
}

}  // namespace slm::train
