#include "slm/data/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "slm/core/error.h"

namespace slm::data {
namespace {

// How many of the window's tokens the source has: up to one more than a row.
int64_t num_tokens_of(const Window& window, int64_t seq_len) {
  return std::min(seq_len + 1, window.source->size() - window.start);
}

// Takes out of row `row` of `batch` what would cross a border between documents.
void keep_documents_apart(const Window& window, int64_t num_tokens, int64_t row, Batch& batch) {
  int32_t* first_columns = batch.first_columns.data() + row * batch.seq_len;
  int32_t* targets = batch.targets.data() + row * batch.seq_len;
  int64_t first_column = 0, column = 0;
  for (const int64_t start : window.source->document_starts_between(window.start, window.start + num_tokens)) {
    const int64_t border = start - window.start;  // 1 to seq_len
    targets[border - 1] = kIgnoredTarget;
    --batch.num_targets;
    for (; column < border; ++column) first_columns[column] = static_cast<int32_t>(first_column);
    first_column = border;
  }
  for (; column < batch.seq_len; ++column) first_columns[column] = static_cast<int32_t>(first_column);
}

}  // namespace

RowRange rows_of(const Rank& rank, int64_t num_rows) {
  return {num_rows * rank.rank / rank.world_size, num_rows * (rank.rank + 1) / rank.world_size};
}

int64_t num_whole_windows(int64_t num_tokens, int64_t seq_len) {
  return num_tokens < 1 ? 0 : (num_tokens - 1) / seq_len;
}

int64_t num_windows_with_rest(int64_t num_tokens, int64_t seq_len) {
  return num_tokens < 1 ? 0 : (num_tokens - 1 + seq_len - 1) / seq_len;
}

int64_t num_targets_of(const Window& window, const WindowOptions& options) {
  const int64_t num_tokens = num_tokens_of(window, options.seq_len);
  if (options.packing == Packing::kStream) return num_tokens - 1;
  const auto borders = window.source->document_starts_between(window.start, window.start + num_tokens);
  return num_tokens - 1 - static_cast<int64_t>(borders.size());
}

Batch gather_windows(std::span<const Window> windows, const WindowOptions& options) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(windows.size());
  batch.seq_len = options.seq_len;
  const auto num_elements = static_cast<size_t>(batch.num_rows * batch.seq_len);
  batch.tokens.assign(num_elements, 0);
  batch.targets.assign(num_elements, kIgnoredTarget);
  if (options.packing == Packing::kDocuments) batch.first_columns.resize(num_elements);
  std::vector<int32_t> ids(static_cast<size_t>(batch.seq_len + 1));
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const Window& window = windows[static_cast<size_t>(row)];
    const int64_t num_tokens = num_tokens_of(window, batch.seq_len);
    assert(num_tokens >= 2);
    const auto read = std::span(ids).first(static_cast<size_t>(num_tokens));
    window.source->copy(window.start, read);
    const auto [least, greatest] = std::minmax_element(read.begin(), read.end());
    if (*least < 0 || *greatest >= options.vocab_size) {
      window.source->check_ids(options.vocab_size, window.start, window.start + num_tokens);
    }
    const auto place = row * batch.seq_len;
    std::copy(read.begin(), read.end() - 1, batch.tokens.begin() + place);
    std::copy(read.begin() + 1, read.end(), batch.targets.begin() + place);
    batch.num_targets += num_tokens - 1;
    if (options.packing == Packing::kDocuments) keep_documents_apart(window, num_tokens, row, batch);
  }
  return batch;
}

Packing parse_packing(const std::string& name) {
  if (name == "stream") return Packing::kStream;
  if (name == "documents") return Packing::kDocuments;
  throw UsageError(fmt::format("--packing is '{}', expected stream or documents", name));
}

void check_packing(const TokenSource& source, Packing packing) {
  if (packing == Packing::kStream || source.knows_documents()) return;
  throw Error(
      fmt::format("{}: nothing says where documents begin, which --packing documents needs: name the --tokenizer whose "
                  "separator token ends them, take the output of 'slm prepare', or use --packing stream",
                  source.name()));
}

}  // namespace slm::data
