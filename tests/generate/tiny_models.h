#pragma once

#include <memory>

#include "slm/models/decoder.h"

namespace slm::test {

inline constexpr models::Family kFamilies[] = {models::Family::kClassic, models::Family::kGpt2, models::Family::kLlama};
inline constexpr int32_t kTinyVocab = 256;
inline constexpr int64_t kTinyLength = 24;  // max_seq_len

// Two layers, with grouped queries where the family has rotary positions. Weights are scaled up, so that logits differ.
inline std::unique_ptr<models::Decoder> tiny_model(models::Family family, nn::ComputeType type) {
  models::DecoderConfig config = models::family_defaults(family);
  config.vocab_size = kTinyVocab;
  config.embed_dim = 32;
  config.num_heads = 4;
  config.num_kv_heads = family == models::Family::kLlama ? 2 : 4;
  config.head_dim = 8;
  config.num_layers = 2;
  config.hidden_dim = 64;
  config.max_seq_len = kTinyLength;
  auto model = std::make_unique<models::Decoder>(config, type, /*seed=*/7);
  for (nn::Parameter* parameter : model->parameters()) {
    if (!parameter->is_hidden_matrix) continue;
    if (parameter->master.dtype() == DType::kFloat64) {
      for (double& value : parameter->master.span<double>()) value *= 3;
    } else {
      for (float& value : parameter->master.span<float>()) value *= 3;
    }
    nn::refresh_compute_copy(*parameter);
  }
  return model;
}

}  // namespace slm::test
