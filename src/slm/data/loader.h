#pragma once

#include <cstdint>
#include <future>
#include <string>

#include "slm/data/token_source.h"
#include "slm/data/windows.h"

namespace slm::data {

enum class Sampling : uint8_t {
  // Every epoch all whole windows once, in an order of its own (KeyedPermutation): each token is once an input.
  kShuffle,
  // Independent, uniformly random starts, as nanoGPT samples; an epoch is as many windows as with kShuffle.
  kRandom,
  // All whole windows in the order of the source.
  kSequential,
};

// Where a loader is: all that a checkpoint has to keep. It counts windows, so that a run may go on with another batch
// size or another number of ranks.
struct LoaderPosition {
  int64_t epoch = 0;
  int64_t window = 0;  // windows of the epoch that were delivered, over all ranks
  friend bool operator==(const LoaderPosition&, const LoaderPosition&) = default;
};

struct LoaderOptions {
  int64_t seq_len = 128;
  int64_t batch_size = 32;  // rows of the global batch, over all ranks
  int64_t vocab_size = 0;   // ids that are not below are an error
  uint64_t seed = 42;
  Sampling sampling = Sampling::kShuffle;
  Rank rank = {};
};

// Batches of training windows, epoch after epoch without end. The last batch of an epoch has the windows that are left,
// maybe fewer than batch_size: every window is delivered once per epoch. Which windows a batch has depends on the seed
// and the position only: not on the ranks, not on where the loader was started.
//
// Where the source is mapped from disk, the next batch is gathered by a thread while the caller works.
class Loader {
 public:
  // Throws Error when the source has no whole window, UsageError for options that make no sense.
  Loader(TokenSource source, const LoaderOptions& options, const LoaderPosition& position = {});

  // Its thread refers to this object.
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  Batch next();

  // Of the batch that next() returns next.
  LoaderPosition position() const { return position_; }
  int64_t num_windows_per_epoch() const { return num_windows_; }
  int64_t num_batches_per_epoch() const;

 private:
  int64_t start_of(const LoaderPosition& position) const;
  LoaderPosition after(const LoaderPosition& position) const;
  Batch gather(const LoaderPosition& position) const;

  TokenSource source_;
  LoaderOptions options_;
  int64_t num_windows_;
  LoaderPosition position_;
  std::future<Batch> prefetched_;  // the batch at position_; its thread only reads what never changes
};

// Throws UsageError unless `name` is "shuffle", "random" or "sequential".
Sampling parse_sampling(const std::string& name);

}  // namespace slm::data
