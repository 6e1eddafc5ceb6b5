#include "slm/data/source_mix.h"

#include <fmt/format.h>

#include <cmath>

#include "slm/core/error.h"

namespace slm::data {

SourceMix::SourceMix(TokenSource source) {
  if (source.size() > 0) parts_.push_back({.source = std::move(source)});
}

SourceMix::SourceMix(std::vector<MixedSource> parts) : parts_(std::move(parts)) {
  for (const MixedSource& part : parts_) {
    if (part.weight.has_value() != has_weights()) {
      throw UsageError(fmt::format("{} has {} weight, but {} has {}: give every source a weight, or none",
                                   part.source.name(), part.weight ? "a" : "no", parts_.front().source.name(),
                                   part.weight ? "none" : "one"));
    }
    if (part.weight && !(std::isfinite(*part.weight) && *part.weight > 0)) {
      throw UsageError(
          fmt::format("{}: its weight is {}, expected a number above 0", part.source.name(), *part.weight));
    }
  }
}

int64_t SourceMix::size() const {
  int64_t size = 0;
  for (const MixedSource& part : parts_) size += part.source.size();
  return size;
}

}  // namespace slm::data
