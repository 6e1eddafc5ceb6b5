#pragma once

#include <cstdint>
#include <future>
#include <vector>

#include "slm/data/source_mix.h"
#include "slm/data/window_order.h"
#include "slm/data/windows.h"

namespace slm::data {

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
  Packing packing = Packing::kStream;
  int64_t batches_per_step = 1;  // of next_step(), fewer at the end of an epoch
  Rank rank = {};
};

// Batches of training windows, epoch after epoch without end. The last batch of an epoch has the windows that are left,
// maybe fewer than batch_size: every window is delivered once per epoch (of several sources: WindowOrder). Which
// windows a batch has depends on the seed and the position only: not on the ranks, not on where the loader was started.
//
// What comes next is gathered by a thread while the caller works, and the disk is asked for what comes after it:
// windows lie anywhere in a corpus that may be larger than memory, and one read after the other would take too long.
class Loader {
 public:
  // Throws Error when a source has no whole window or does not know the documents that `packing` needs, UsageError for
  // options that make no sense.
  Loader(SourceMix mix, const LoaderOptions& options, const LoaderPosition& position = {});

  // Its thread refers to this object.
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The batches of one step, all of one epoch.
  std::vector<Batch> next_step();
  // The same where a step is one batch.
  Batch next();

  // Of the batch that comes next.
  LoaderPosition position() const { return position_; }
  int64_t num_windows_per_epoch() const { return order_.num_windows_per_epoch(); }
  int64_t num_batches_per_epoch() const;

  // How long the caller has waited for batches altogether.
  double seconds_waited() const { return seconds_waited_; }

 private:
  LoaderPosition after(const LoaderPosition& position) const;
  Batch gather(const LoaderPosition& position) const;
  std::vector<Batch> gather_step(LoaderPosition position) const;
  // Of the windows after `from`, at most to the end of its epoch.
  void read_ahead(const LoaderPosition& from, int64_t num_windows) const;

  SourceMix mix_;
  LoaderOptions options_;
  WindowOrder order_;
  LoaderPosition position_;
  bool is_mapped_ = false;
  double seconds_waited_ = 0;
  std::future<std::vector<Batch>> prefetched_;  // of position_; its thread only reads what never changes
};

}  // namespace slm::data
