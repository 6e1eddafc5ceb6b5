#include "slm/data/window_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "slm/core/error.h"
#include "slm/core/philox.h"
#include "slm/data/keyed_permutation.h"
#include "slm/data/random_streams.h"

namespace slm::data {
namespace {

// floor(word * limit / 2^64): uniform below `limit` but for a bias of limit / 2^64.
int64_t scale_to(uint64_t word, int64_t limit) {
  const uint64_t low = word & 0xffffffffu, high = word >> 32, range = static_cast<uint64_t>(limit);
  const uint64_t range_low = range & 0xffffffffu, range_high = range >> 32;
  const uint64_t middle = high * range_low + (low * range_low >> 32);
  const uint64_t other_middle = low * range_high + (middle & 0xffffffffu);
  return static_cast<int64_t>(high * range_high + (middle >> 32) + (other_middle >> 32));
}

uint64_t two_words(uint32_t high, uint32_t low) { return uint64_t{high} << 32 | low; }

// `total` cut in proportion to `weights`: each share rounded down, and what is left given to the largest remainders.
std::vector<int64_t> shares_of(int64_t total, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int64_t> shares;
  std::vector<double> remainders;
  int64_t left = total;
  for (const double weight : weights) {
    const double exact = static_cast<double>(total) * (weight / sum);
    const auto share = std::min(static_cast<int64_t>(exact), left);
    shares.push_back(share);
    remainders.push_back(exact - static_cast<double>(share));
    left -= share;
  }
  for (; left > 0; --left) {
    const auto largest = std::max_element(remainders.begin(), remainders.end());
    ++shares[static_cast<size_t>(largest - remainders.begin())];
    *largest -= 1;
  }
  return shares;
}

}  // namespace

Sampling parse_sampling(const std::string& name) {
  if (name == "shuffle") return Sampling::kShuffle;
  if (name == "random") return Sampling::kRandom;
  if (name == "sequential") return Sampling::kSequential;
  throw UsageError(fmt::format("--sampling is '{}', expected shuffle, random or sequential", name));
}

WindowOrder::WindowOrder(const SourceMix& mix, int64_t seq_len, Sampling sampling, uint64_t seed)
    : seq_len_(seq_len), sampling_(sampling), seed_(seed) {
  std::vector<double> weights;
  for (const MixedSource& part : mix.parts()) {
    const int64_t num_windows = num_whole_windows(part.source.size(), seq_len);
    assert(num_windows > 0);
    parts_.push_back({.source = &part.source, .num_windows = num_windows, .first_place = 0, .end_place = 0});
    weights.push_back(part.weight.value_or(static_cast<double>(num_windows)));
    num_windows_ += num_windows;
  }
  const std::vector<int64_t> shares = shares_of(num_windows_, weights);
  int64_t place = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].first_place = place;
    place += mix.has_weights() ? shares[i] : parts_[i].num_windows;
    parts_[i].end_place = place;
  }
}

size_t WindowOrder::part_at(int64_t place) const {
  size_t i = 0;
  while (place >= parts_[i].end_place) ++i;
  return i;
}

Window WindowOrder::random_window(uint32_t epoch, int64_t place) const {
  const RandomStream random{seed_, kRandomWindowStream, epoch};
  const PhiloxBlock bits = random.block(static_cast<uint64_t>(place));
  const Part& part = parts_[part_at(scale_to(two_words(bits[2], bits[3]), num_windows_))];
  return {part.source, scale_to(two_words(bits[0], bits[1]), part.source->size() - seq_len_)};
}

Window WindowOrder::at(int64_t epoch, int64_t place) const {
  assert(place >= 0 && place < num_windows_);
  const auto step = static_cast<uint32_t>(epoch);
  if (sampling_ == Sampling::kRandom) return random_window(step, place);
  const bool is_shuffled = sampling_ == Sampling::kShuffle;
  if (parts_.size() == 1) {
    const KeyedPermutation order(num_windows_, RandomStream{seed_, kShuffleStream, step});
    return {parts_[0].source, (is_shuffled ? order(place) : place) * seq_len_};
  }
  const KeyedPermutation order(num_windows_, RandomStream{seed_, kMixStream, step});
  const int64_t mixed = is_shuffled ? order(place) : place;
  const size_t i = part_at(mixed);
  const Part& part = parts_[i];
  // The number of this draw among all that the source ever gives; every num_windows of them are one pass through it.
  const int64_t draw = epoch * (part.end_place - part.first_place) + mixed - part.first_place;
  const int64_t pass = draw / part.num_windows, of_pass = draw % part.num_windows;
  const RandomStream key{seed_, kMixedShuffleStream + static_cast<uint32_t>(i), static_cast<uint32_t>(pass)};
  return {part.source, (is_shuffled ? KeyedPermutation(part.num_windows, key)(of_pass) : of_pass) * seq_len_};
}

double WindowOrder::passes_per_epoch(size_t i) const {
  const Part& part = parts_[i];
  return static_cast<double>(part.end_place - part.first_place) / static_cast<double>(part.num_windows);
}

}  // namespace slm::data
