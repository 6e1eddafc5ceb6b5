#include "slm/data/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "slm/core/error.h"
#include "slm/data/keyed_permutation.h"
#include "slm/data/random_streams.h"

namespace slm::data {
namespace {

void require_at_least_one(const char* what, int64_t value) {
  if (value < 1) throw UsageError(fmt::format("[loader] {} is {}, expected at least 1", what, value));
}

// floor(word * limit / 2^64): uniform below `limit` but for a bias of limit / 2^64.
int64_t scale_to(uint64_t word, int64_t limit) {
  const uint64_t low = word & 0xffffffffu, high = word >> 32, range = static_cast<uint64_t>(limit);
  const uint64_t range_low = range & 0xffffffffu, range_high = range >> 32;
  const uint64_t middle = high * range_low + (low * range_low >> 32);
  const uint64_t other_middle = low * range_high + (middle & 0xffffffffu);
  return static_cast<int64_t>(high * range_high + (middle >> 32) + (other_middle >> 32));
}

}  // namespace

Loader::Loader(TokenSource source, const LoaderOptions& options, const LoaderPosition& position)
    : source_(std::move(source)), options_(options), num_windows_(0), position_(position) {
  require_at_least_one("max_seq_len", options.seq_len);
  require_at_least_one("batch_size", options.batch_size);
  require_at_least_one("vocab_size", options.vocab_size);
  require_at_least_one("the number of ranks", options.rank.world_size);
  if (options.rank.rank < 0 || options.rank.rank >= options.rank.world_size) {
    throw UsageError(fmt::format("[loader] rank {} of {}", options.rank.rank, options.rank.world_size));
  }
  num_windows_ = num_whole_windows(source_.size(), options.seq_len);
  if (num_windows_ == 0) {
    throw Error(
        fmt::format("{}: {} tokens to train on are too few: a sequence of max_seq_len {} needs {}; use a smaller "
                    "--max_seq_len or more data",
                    source_.name(), source_.size(), options.seq_len, options.seq_len + 1));
  }
  if (position_.epoch < 0 || position_.window < 0 || position_.window >= num_windows_) {
    throw Error(
        fmt::format("{}: cannot go on at window {} of epoch {}: this data makes {} windows per epoch; resume with "
                    "the data and the max_seq_len that the run began with",
                    source_.name(), position_.window, position_.epoch, num_windows_));
  }
}

int64_t Loader::num_batches_per_epoch() const { return (num_windows_ - 1) / options_.batch_size + 1; }

int64_t Loader::start_of(const LoaderPosition& position) const {
  const auto epoch = static_cast<uint32_t>(position.epoch);
  switch (options_.sampling) {
    case Sampling::kRandom: {
      const RandomStream random{options_.seed, kRandomWindowStream, epoch};
      const PhiloxBlock bits = random.block(static_cast<uint64_t>(position.window));
      return scale_to(uint64_t{bits[0]} << 32 | bits[1], source_.size() - options_.seq_len);
    }
    case Sampling::kShuffle: {
      const KeyedPermutation order(num_windows_, RandomStream{options_.seed, kShuffleStream, epoch});
      return order(position.window) * options_.seq_len;
    }
    default:
      return position.window * options_.seq_len;
  }
}

LoaderPosition Loader::after(const LoaderPosition& position) const {
  const int64_t window = position.window + std::min(options_.batch_size, num_windows_ - position.window);
  if (window == num_windows_) return {position.epoch + 1, 0};
  return {position.epoch, window};
}

Batch Loader::gather(const LoaderPosition& position) const {
  const int64_t num_rows = std::min(options_.batch_size, num_windows_ - position.window);
  const RowRange rows = rows_of(options_.rank, num_rows);
  std::vector<int64_t> starts;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    starts.push_back(start_of({position.epoch, position.window + row}));
  }
  Batch batch = gather_windows(source_, starts, options_.seq_len, options_.vocab_size);
  batch.first_row = rows.begin;
  batch.global_num_rows = num_rows;
  batch.global_num_targets = num_rows * options_.seq_len;
  batch.epoch = position.epoch;
  batch.index = position.window / options_.batch_size;
  batch.is_last_of_epoch = position.window + num_rows == num_windows_;
  return batch;
}

Batch Loader::next() {
  Batch batch = prefetched_.valid() ? prefetched_.get() : gather(position_);
  position_ = after(position_);
  if (source_.is_mapped()) {
    prefetched_ = std::async(std::launch::async, [this, position = position_] { return gather(position); });
  }
  return batch;
}

Sampling parse_sampling(const std::string& name) {
  if (name == "shuffle") return Sampling::kShuffle;
  if (name == "random") return Sampling::kRandom;
  if (name == "sequential") return Sampling::kSequential;
  throw UsageError(fmt::format("--sampling is '{}', expected shuffle, random or sequential", name));
}

}  // namespace slm::data
