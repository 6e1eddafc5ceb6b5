#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "slm/data/token_source.h"

namespace slm::data {

// A source and its part in a mix.
struct MixedSource {
  TokenSource source;
  // The share of the mix, relative to the other weights. Without weights each source counts by its size.
  std::optional<double> weight = {};
};

// Sources to draw from together. One is a mix too.
class SourceMix {
 public:
  SourceMix() = default;
  SourceMix(TokenSource source);  // an empty source is an empty mix

  // Throws UsageError for weights that are not positive numbers, or where only some sources have one.
  explicit SourceMix(std::vector<MixedSource> parts);

  bool is_empty() const { return parts_.empty(); }
  std::span<const MixedSource> parts() const { return parts_; }
  bool has_weights() const { return !parts_.empty() && parts_.front().weight.has_value(); }
  int64_t size() const;  // tokens of all

 private:
  std::vector<MixedSource> parts_;
};

}  // namespace slm::data
