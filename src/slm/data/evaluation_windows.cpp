#include "slm/data/evaluation_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "slm/core/error.h"

namespace slm::data {

EvaluationWindows::EvaluationWindows(TokenSource source, const EvaluationOptions& options)
    : source_(std::move(source)), options_(options), num_windows_(0) {
  if (options.seq_len < 1 || options.batch_size < 1 || options.vocab_size < 1) {
    throw UsageError(fmt::format("[evaluation] max_seq_len {}, batch_size {}, vocab_size {}: each must be at least 1",
                                 options.seq_len, options.batch_size, options.vocab_size));
  }
  if (source_.size() < 2) {
    throw Error(fmt::format("{}: {} tokens to evaluate on are too few, expected at least 2: use more data",
                            source_.name(), source_.size()));
  }
  num_windows_ = num_windows_with_rest(source_.size(), options.seq_len);
}

int64_t EvaluationWindows::num_batches() const { return (num_windows_ - 1) / options_.batch_size + 1; }

Batch EvaluationWindows::batch(int64_t index) const {
  assert(index >= 0 && index < num_batches());
  const int64_t first = index * options_.batch_size;
  const int64_t num_rows = std::min(options_.batch_size, num_windows_ - first);
  const RowRange rows = rows_of(options_.rank, num_rows);
  std::vector<int64_t> starts;
  for (int64_t row = rows.begin; row < rows.end; ++row) starts.push_back((first + row) * options_.seq_len);
  Batch batch = gather_windows(source_, starts, options_.seq_len, options_.vocab_size);
  batch.first_row = rows.begin;
  batch.global_num_rows = num_rows;
  batch.global_num_targets = std::min((first + num_rows) * options_.seq_len, num_targets()) - first * options_.seq_len;
  batch.index = index;
  batch.is_last_of_epoch = index + 1 == num_batches();
  return batch;
}

}  // namespace slm::data
