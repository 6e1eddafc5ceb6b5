#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "slm/tensor/tensor.h"

namespace slm::nn {

// The keys and values of the tokens that B sequences, all of one length, have passed through a model. A forward pass
// with a cache in its context computes only the new tokens and adds theirs. Memory: 2 * layers * B * G * E elements a
// token; it grows by doubling.
class KvCache {
 public:
  // What one layer keeps; both (B, G, capacity, E), the first length() rows of each head filled.
  struct Layer {
    Tensor keys;
    Tensor values;
  };
  struct Heads {
    int64_t num_kv_heads;
    int64_t head_dim;
    DType dtype;
    Device device;
  };

  explicit KvCache(int64_t batch) : batch_(batch) {}

  int64_t batch() const { return batch_; }
  int64_t length() const { return length_; }

  // The layer's tensors with room for `num_tokens` behind the first length(). `heads` must be the same in all calls for
  // one layer.
  const Layer& reserve(int layer, int64_t num_tokens, const Heads& heads);
  // The model has filled the next `num_tokens` rows of all layers.
  void advance(int64_t num_tokens) { length_ += num_tokens; }

  // Forgets all tokens but keeps the memory.
  void clear() { length_ = 0; }
  // Sequence i becomes a copy of what was sequence sequences[i].
  void select(std::span<const int64_t> sequences);

 private:
  int64_t batch_;
  int64_t length_ = 0;
  std::vector<Layer> layers_;
};

}  // namespace slm::nn
