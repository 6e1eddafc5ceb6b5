#include "slm/nn/kv_cache.h"

#include <algorithm>
#include <cassert>

namespace slm::nn {
namespace {

constexpr int64_t kChunk = 64;  // tokens: a multiple of it is reserved

// The first `length` rows of each head, in a tensor with room for `capacity`.
Tensor grown(const Tensor& rows, const Shape& shape, DType dtype, Device device, int64_t length) {
  const Tensor larger = Tensor::empty(shape, dtype, device);
  if (!rows) return larger;
  const int64_t num_heads = shape[0] * shape[1], head_dim = shape[3];
  const Tensor from = rows.reshape({num_heads * rows.shape()[2], head_dim});
  const Tensor to = larger.reshape({num_heads * shape[2], head_dim});
  for (int64_t head = 0; head < num_heads; ++head) {
    to.slice(head * shape[2], length).copy_from(from.slice(head * rows.shape()[2], length));
  }
  return larger;
}

Tensor selected(const Tensor& rows, std::span<const int64_t> sequences) {
  const Shape& shape = rows.shape();
  const Tensor result =
      Tensor::empty({std::ssize(sequences), shape[1], shape[2], shape[3]}, rows.dtype(), rows.device());
  for (size_t i = 0; i < sequences.size(); ++i) {
    result.slice(static_cast<int64_t>(i), 1).copy_from(rows.slice(sequences[i], 1));
  }
  return result;
}

}  // namespace

const KvCache::Layer& KvCache::reserve(int layer, int64_t num_tokens, const Heads& heads) {
  const auto index = static_cast<size_t>(layer);
  if (index >= layers_.size()) layers_.resize(index + 1);
  Layer& kept = layers_[index];
  const int64_t capacity = kept.keys ? kept.keys.shape()[2] : 0, needed = length_ + num_tokens;
  if (needed > capacity) {
    const int64_t larger = (std::max(needed, 2 * capacity) + kChunk - 1) / kChunk * kChunk;
    const Shape shape = {batch_, heads.num_kv_heads, larger, heads.head_dim};
    kept.keys = grown(kept.keys, shape, heads.dtype, heads.device, length_);
    kept.values = grown(kept.values, shape, heads.dtype, heads.device, length_);
  }
  return kept;
}

void KvCache::select(std::span<const int64_t> sequences) {
  assert(std::all_of(sequences.begin(), sequences.end(), [this](int64_t s) { return s >= 0 && s < batch_; }));
  for (Layer& layer : layers_) {
    layer.keys = selected(layer.keys, sequences);
    layer.values = selected(layer.values, sequences);
  }
  batch_ = std::ssize(sequences);
}

}  // namespace slm::nn
