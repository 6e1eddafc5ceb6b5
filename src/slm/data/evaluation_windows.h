#pragma once

#include <cstdint>

#include "slm/data/token_source.h"
#include "slm/data/windows.h"

namespace slm::data {

struct EvaluationOptions {
  int64_t seq_len = 128;
  int64_t batch_size = 32;  // rows of the global batch, over all ranks
  int64_t vocab_size = 0;   // ids that are not below are an error
  Rank rank = {};
};

// All of a source in order, in batches of windows, the last one padded: every token but the first is a target once.
class EvaluationWindows {
 public:
  // Throws Error for a source of fewer than two tokens, UsageError for options that make no sense.
  EvaluationWindows(TokenSource source, const EvaluationOptions& options);

  int64_t num_batches() const;
  Batch batch(int64_t index) const;

  int64_t num_targets() const { return source_.size() - 1; }  // over all batches and ranks
  // The bytes of text that the targets stand for, where known. Reads the whole source.
  std::optional<int64_t> target_bytes() const { return source_.slice(1, source_.size()).text_bytes(); }

 private:
  TokenSource source_;
  EvaluationOptions options_;
  int64_t num_windows_;
};

}  // namespace slm::data
