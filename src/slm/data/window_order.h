#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "slm/data/source_mix.h"
#include "slm/data/windows.h"

namespace slm::data {

enum class Sampling : uint8_t {
  // Every epoch all whole windows once, in an order of its own (KeyedPermutation): each token is once an input.
  kShuffle,
  // Independent, uniformly random starts, as nanoGPT samples; an epoch is as many windows as with kShuffle.
  kRandom,
  // All whole windows in the order of the source; several sources one after the other.
  kSequential,
};
// Throws UsageError unless `name` is "shuffle", "random" or "sequential".
Sampling parse_sampling(const std::string& name);

// Which window of a mix comes when: a function of seed, epoch and place, in constant memory.
//
// An epoch has as many windows as all sources together. Each source gives its share of them: as many as it has where
// there are no weights, else by weight, rounded so that the sum is right. A source's draws are passes
// through all its windows, each in an order of its own, which go on over the epochs: at the end of any epoch, no window
// of a source was given two times more often than another. With kRandom the source of each window is drawn as well.
class WindowOrder {
 public:
  // `mix` must outlive the order, and each of its sources must have a whole window.
  WindowOrder(const SourceMix& mix, int64_t seq_len, Sampling sampling, uint64_t seed);

  int64_t num_windows_per_epoch() const { return num_windows_; }

  Window at(int64_t epoch, int64_t place) const;  // 0 <= place < num_windows_per_epoch()

  // How often an epoch goes through source i, on average.
  double passes_per_epoch(size_t i) const;

 private:
  struct Part {
    const TokenSource* source;
    int64_t num_windows;  // that it has
    int64_t first_place;  // of the epoch's places, in the order before shuffling, it takes [first_place, end_place)
    int64_t end_place;
  };

  Window random_window(uint32_t epoch, int64_t place) const;
  size_t part_at(int64_t place) const;

  std::vector<Part> parts_;
  int64_t seq_len_;
  Sampling sampling_;
  uint64_t seed_;
  int64_t num_windows_ = 0;
};

}  // namespace slm::data
