#include "slm/data/split.h"

#include <fmt/format.h>

#include <cmath>

#include "slm/core/error.h"

namespace slm::data {
Split split_by_position(const TokenSource& source, double val_fraction, int64_t seq_len) {
  if (!(val_fraction >= 0 && val_fraction < 1)) {
    throw UsageError(fmt::format("--val_fraction is {}, expected at least 0 and less than 1", val_fraction));
  }
  check_trainable(source, seq_len);
  const auto num_train = static_cast<int64_t>(std::floor(static_cast<double>(source.size()) * (1 - val_fraction)));
  const Split split = {source.slice(0, num_train), source.slice(num_train, source.size())};
  if (num_train <= seq_len) {
    throw Error(
        fmt::format("{}: of {} tokens {} are left to train on after --val_fraction {}, and a sequence of "
                    "max_seq_len {} needs {}; use a smaller --val_fraction or --max_seq_len, or more data",
                    source.name(), source.size(), num_train, val_fraction, seq_len, seq_len + 1));
  }
  if (val_fraction > 0 && split.validation.size() < 2) {
    throw Error(
        fmt::format("{}: --val_fraction {} of {} tokens leaves {} to validate on, expected at least 2; use a "
                    "larger --val_fraction, or --val_fraction 0 for no validation",
                    source.name(), val_fraction, source.size(), split.validation.size()));
  }
  return split;
}

void check_trainable(const TokenSource& source, int64_t seq_len) {
  const int64_t num_tokens = source.size();
  if (num_tokens > seq_len) return;
  throw Error(
      fmt::format("{}: {} {} shorter than one sequence: max_seq_len {} needs {}; use a smaller --max_seq_len or more "
                  "data",
                  source.name(), num_tokens, num_tokens == 1 ? "token is" : "tokens are", seq_len, seq_len + 1));
}

void check_scorable(const TokenSource& source) {
  if (source.size() > 1) return;
  throw Error(fmt::format("{}: {} too short to validate on, expected at least 2 tokens; use more data", source.name(),
                          source.size() == 1 ? "one token is" : "no tokens are"));
}

}  // namespace slm::data
