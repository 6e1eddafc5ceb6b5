#include "slm/data/evaluation_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "slm/core/error.h"

namespace slm::data {

EvaluationWindows::EvaluationWindows(TokenSource source, const EvaluationOptions& options)
    : source_(std::move(source)), options_(options) {
  if (options.seq_len < 1 || options.batch_size < 1 || options.vocab_size < 1) {
    throw UsageError(fmt::format("[evaluation] max_seq_len {}, batch_size {}, vocab_size {}: each must be at least 1",
                                 options.seq_len, options.batch_size, options.vocab_size));
  }
  if (source_.size() < 2) {
    throw Error(fmt::format("{}: {} tokens to evaluate on are too few, expected at least 2: use more data",
                            source_.name(), source_.size()));
  }
  check_packing(source_, options.packing);
  num_windows_ = num_windows_with_rest(source_.size(), options.seq_len);
  num_targets_ = source_.size() - 1;
  if (options.packing == Packing::kStream) return;
  num_targets_ -= static_cast<int64_t>(source_.document_starts_between(0, source_.size()).size());
  if (num_targets_ > 0) return;
  throw Error(
      fmt::format("{}: each of its {} documents is one token, so that --packing documents leaves nothing to predict; "
                  "use --packing stream",
                  source_.name(), source_.size()));
}

WindowOptions EvaluationWindows::window_options() const {
  return {.seq_len = options_.seq_len, .vocab_size = options_.vocab_size, .packing = options_.packing};
}

std::optional<int64_t> EvaluationWindows::target_bytes() const {
  std::optional<int64_t> bytes = source_.slice(1, source_.size()).text_bytes();
  if (!bytes || options_.packing == Packing::kStream) return bytes;
  for (const int64_t start : source_.document_starts_between(0, source_.size())) {
    *bytes -= source_.slice(start, start + 1).text_bytes().value_or(0);
  }
  return bytes;
}

int64_t EvaluationWindows::num_batches() const { return (num_windows_ - 1) / options_.batch_size + 1; }

Batch EvaluationWindows::batch(int64_t index) const {
  assert(index >= 0 && index < num_batches());
  const int64_t first = index * options_.batch_size;
  const int64_t num_rows = std::min(options_.batch_size, num_windows_ - first);
  const RowRange rows = rows_of(options_.rank, num_rows);
  const auto window_at = [&](int64_t row) { return Window{&source_, (first + row) * options_.seq_len}; };
  std::vector<Window> windows;
  for (int64_t row = rows.begin; row < rows.end; ++row) windows.push_back(window_at(row));
  Batch batch = gather_windows(windows, window_options());
  batch.first_row = rows.begin;
  batch.global_num_rows = num_rows;
  for (int64_t row = 0; row < num_rows; ++row) {
    batch.global_num_targets += num_targets_of(window_at(row), window_options());
  }
  batch.index = index;
  batch.is_last_of_epoch = index + 1 == num_batches();
  return batch;
}

}  // namespace slm::data
