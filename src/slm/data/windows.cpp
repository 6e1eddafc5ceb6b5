#include "slm/data/windows.h"

#include <algorithm>
#include <cassert>

namespace slm::data {

RowRange rows_of(const Rank& rank, int64_t num_rows) {
  return {num_rows * rank.rank / rank.world_size, num_rows * (rank.rank + 1) / rank.world_size};
}

int64_t num_whole_windows(int64_t num_tokens, int64_t seq_len) {
  return num_tokens < 1 ? 0 : (num_tokens - 1) / seq_len;
}

int64_t num_windows_with_rest(int64_t num_tokens, int64_t seq_len) {
  return num_tokens < 1 ? 0 : (num_tokens - 1 + seq_len - 1) / seq_len;
}

Batch gather_windows(const TokenSource& source, std::span<const int64_t> starts, int64_t seq_len, int64_t vocab_size) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(starts.size());
  batch.seq_len = seq_len;
  batch.tokens.assign(static_cast<size_t>(batch.num_rows * seq_len), 0);
  batch.targets.assign(static_cast<size_t>(batch.num_rows * seq_len), kIgnoredTarget);
  std::vector<int32_t> ids(static_cast<size_t>(seq_len + 1));
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const int64_t start = starts[static_cast<size_t>(row)];
    const auto window = std::span(ids).first(static_cast<size_t>(std::min(seq_len + 1, source.size() - start)));
    assert(window.size() >= 2);
    source.copy(start, window);
    const auto [least, greatest] = std::minmax_element(window.begin(), window.end());
    if (*least < 0 || *greatest >= vocab_size) {
      source.check_ids(vocab_size, start, start + static_cast<int64_t>(window.size()));
    }
    const auto place = row * seq_len;
    std::copy(window.begin(), window.end() - 1, batch.tokens.begin() + place);
    std::copy(window.begin() + 1, window.end(), batch.targets.begin() + place);
    batch.num_targets += static_cast<int64_t>(window.size()) - 1;
  }
  return batch;
}

}  // namespace slm::data
