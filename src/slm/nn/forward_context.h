#pragma once

#include <cstdint>

#include "slm/core/philox.h"
#include "slm/nn/random_streams.h"
#include "slm/ops/token_positions.h"
#include "slm/tensor/tensor.h"

namespace slm::nn {

class KvCache;

// What a forward pass needs besides the input rows. The defaults are those of evaluation.
struct ForwardContext {
  bool is_training = false;         // dropout happens
  bool recompute = false;           // keep only each block's input and compute the block again in the backward pass
  uint64_t seed = 0;                // of the run
  uint32_t step = 0;                // optimizer step: with seed, layer and index it fixes every dropout mask
  int64_t first_sequence = 0;       // index, in the batch of the whole step, of this batch's first sequence
  ops::TokenPositions positions{};  // of each token in its sequence
  Tensor first_key{};               // (B, T) int32: first index each token may attend to; absent: 0
  Tensor rope_table{};              // of ops::rope_table(), for at least as many positions as occur; set by the model
  KvCache* cache = nullptr;         // keys and values of earlier tokens, which this pass extends

  RandomStream dropout_stream(int layer, int place) const {
    return {.seed = seed, .stream = kDropoutStream + static_cast<uint32_t>(8 * layer + place), .step = step};
  }
};

}  // namespace slm::nn
