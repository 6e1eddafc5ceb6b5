#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/cli/option_table.h"
#include "slm/models/decoder_config.h"

namespace slm::cli {

// The model flags of `slm train`, and the configuration they stand for. What is left out is the family's choice.
class ModelOptions {
 public:
  void define(OptionTable& options);

  // Throws UsageError for what cannot be. `vocab_size` is the data's.
  models::DecoderConfig config(int64_t vocab_size) const;

  int64_t vocab_size() const { return vocab_size_; }
  int64_t max_seq_len() const { return max_seq_len_; }

 private:
  std::string family_ = "classic";
  int64_t vocab_size_ = 10000;
  int64_t embed_dim_ = 128;
  int64_t num_heads_ = 4;
  int64_t num_layers_ = 2;
  int64_t hidden_dim_ = 512;
  int64_t max_seq_len_ = 128;
  std::optional<int64_t> num_kv_heads_;
  std::optional<int64_t> head_dim_;
  std::optional<std::string> norm_;
  std::optional<std::string> norm_placement_;
  std::optional<std::string> position_;
  std::optional<std::string> activation_;
  std::optional<bool> has_bias_;
  std::optional<bool> has_output_bias_;
  std::optional<bool> tie_embeddings_;
  bool qk_norm_ = false;
  std::optional<double> norm_eps_;
  double rope_theta_ = 10000;
  double dropout_ = 0;
};

}  // namespace slm::cli
