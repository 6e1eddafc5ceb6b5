#pragma once

#include <cstdint>
#include <optional>

#include "slm/data/token_source.h"
#include "slm/data/windows.h"

namespace slm::data {

struct EvaluationOptions {
  int64_t seq_len = 128;
  int64_t batch_size = 32;  // rows of the global batch, over all ranks
  int64_t vocab_size = 0;   // ids that are not below are an error
  Packing packing = Packing::kStream;
  Rank rank = {};
};

// All of a source in order, in batches of windows, the last one padded: every token but the first is a target once;
// with Packing::kDocuments, every token but the first of each document.
class EvaluationWindows {
 public:
  // Throws Error for a source without a target or without the documents that `packing` needs, UsageError for options
  // that make no sense.
  EvaluationWindows(TokenSource source, const EvaluationOptions& options);

  int64_t num_batches() const;
  Batch batch(int64_t index) const;

  int64_t num_targets() const { return num_targets_; }  // over all batches and ranks
  // The bytes of text that the targets stand for, where known. Reads the whole source.
  std::optional<int64_t> target_bytes() const;

 private:
  WindowOptions window_options() const;

  TokenSource source_;
  EvaluationOptions options_;
  int64_t num_windows_ = 0;
  int64_t num_targets_ = 0;
};

}  // namespace slm::data
