#include "slm/data/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "slm/core/error.h"

namespace slm::data {
namespace {

constexpr int64_t kStepsAhead = 16;  // that the disk is asked for

void require_at_least_one(const char* what, int64_t value) {
  if (value < 1) throw UsageError(fmt::format("[loader] {} is {}, expected at least 1", what, value));
}

// The mix, when it and the options fit each other.
SourceMix checked(SourceMix mix, const LoaderOptions& options) {
  require_at_least_one("max_seq_len", options.seq_len);
  require_at_least_one("batch_size", options.batch_size);
  require_at_least_one("vocab_size", options.vocab_size);
  require_at_least_one("the number of batches per step", options.batches_per_step);
  require_at_least_one("the number of ranks", options.rank.world_size);
  if (options.rank.rank < 0 || options.rank.rank >= options.rank.world_size) {
    throw UsageError(fmt::format("[loader] rank {} of {}", options.rank.rank, options.rank.world_size));
  }
  if (mix.is_empty()) throw Error("[loader] there are no tokens to train on; name some --data");
  for (const MixedSource& part : mix.parts()) {
    if (num_whole_windows(part.source.size(), options.seq_len) == 0) {
      throw Error(
          fmt::format("{}: {} tokens to train on are too few: a sequence of max_seq_len {} needs {}; use a smaller "
                      "--max_seq_len or more data",
                      part.source.name(), part.source.size(), options.seq_len, options.seq_len + 1));
    }
    check_packing(part.source, options.packing);
  }
  return mix;
}

std::string names_of(const SourceMix& mix) {
  std::string names;
  for (const MixedSource& part : mix.parts()) names += (names.empty() ? "" : ", ") + part.source.name();
  return names;
}

WindowOptions window_options(const LoaderOptions& options) {
  return {.seq_len = options.seq_len, .vocab_size = options.vocab_size, .packing = options.packing};
}

}  // namespace

Loader::Loader(SourceMix mix, const LoaderOptions& options, const LoaderPosition& position)
    : mix_(checked(std::move(mix), options)),
      options_(options),
      order_(mix_, options.seq_len, options.sampling, options.seed),
      position_(position) {
  for (const MixedSource& part : mix_.parts()) is_mapped_ = is_mapped_ || part.source.is_mapped();
  if (position_.epoch < 0 || position_.window < 0 || position_.window >= num_windows_per_epoch()) {
    throw Error(
        fmt::format("{}: cannot go on at window {} of epoch {}: this data makes {} windows per epoch; resume with "
                    "the data and the max_seq_len that the run began with",
                    names_of(mix_), position_.window, position_.epoch, num_windows_per_epoch()));
  }
}

int64_t Loader::num_batches_per_epoch() const { return (num_windows_per_epoch() - 1) / options_.batch_size + 1; }

LoaderPosition Loader::after(const LoaderPosition& position) const {
  const int64_t window = position.window + std::min(options_.batch_size, num_windows_per_epoch() - position.window);
  if (window == num_windows_per_epoch()) return {position.epoch + 1, 0};
  return {position.epoch, window};
}

Batch Loader::gather(const LoaderPosition& position) const {
  const int64_t num_rows = std::min(options_.batch_size, num_windows_per_epoch() - position.window);
  const RowRange rows = rows_of(options_.rank, num_rows);
  const WindowOptions window_options = data::window_options(options_);
  std::vector<Window> windows;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    windows.push_back(order_.at(position.epoch, position.window + row));
  }
  Batch batch = gather_windows(windows, window_options);
  batch.first_row = rows.begin;
  batch.global_num_rows = num_rows;
  batch.global_num_targets = batch.num_targets;
  for (int64_t row = 0; row < num_rows; ++row) {
    if (row >= rows.begin && row < rows.end) continue;
    // Only documents make it depend on what the other ranks' windows hold.
    batch.global_num_targets += options_.packing == Packing::kStream
                                    ? options_.seq_len
                                    : num_targets_of(order_.at(position.epoch, position.window + row), window_options);
  }
  batch.epoch = position.epoch;
  batch.index = position.window / options_.batch_size;
  batch.is_last_of_epoch = position.window + num_rows == num_windows_per_epoch();
  return batch;
}

void Loader::read_ahead(const LoaderPosition& from, int64_t num_windows) const {
  const int64_t end = std::min(from.window + num_windows, num_windows_per_epoch());
  for (int64_t place = from.window; place < end; ++place) {
    const Window window = order_.at(from.epoch, place);
    window.source->read_ahead(window.start, options_.seq_len + 1);
  }
}

std::vector<Batch> Loader::gather_step(LoaderPosition position) const {
  const int64_t windows_per_step = options_.batch_size * options_.batches_per_step;
  if (is_mapped_) {
    LoaderPosition later = position;
    later.window += windows_per_step * kStepsAhead;
    if (later.window >= num_windows_per_epoch()) later = {later.epoch + 1, later.window - num_windows_per_epoch()};
    if (later.window < num_windows_per_epoch()) read_ahead(later, windows_per_step);
  }
  std::vector<Batch> batches;
  do {
    batches.push_back(gather(position));
    position = after(position);
  } while (static_cast<int64_t>(batches.size()) < options_.batches_per_step && !batches.back().is_last_of_epoch);
  return batches;
}

std::vector<Batch> Loader::next_step() {
  const auto start = std::chrono::steady_clock::now();
  if (is_mapped_ && !prefetched_.valid()) {
    read_ahead(position_, options_.batch_size * options_.batches_per_step * kStepsAhead);
  }
  std::vector<Batch> batches = prefetched_.valid() ? prefetched_.get() : gather_step(position_);
  for (size_t i = 0; i < batches.size(); ++i) position_ = after(position_);
  prefetched_ = std::async(std::launch::async, [this, position = position_] { return gather_step(position); });
  seconds_waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return batches;
}

Batch Loader::next() {
  assert(options_.batches_per_step == 1);
  return std::move(next_step().front());
}

}  // namespace slm::data
