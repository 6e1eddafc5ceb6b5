#include "slm/data/near_duplicates.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "slm/data/content_hash.h"

namespace slm::data {
namespace {

constexpr size_t kGram = 5;
constexpr size_t kBandRows = kNearMinima / kNearBands;
static_assert(kBandRows * kNearBands == kNearMinima);
constexpr uint32_t kMinima = kNearMinima;

// Uniform in [0, kMinima).
uint32_t bin_of(uint64_t hash) { return static_cast<uint32_t>(((hash >> 32) * kMinima) >> 32); }

// A range without a hash takes the minimum of one that has some, which it tries in an order of its own, the same for
// all documents: so equal sets agree, and neighbouring ranges do not copy from one another.
NearMinima densified(const NearMinima& minima) {
  NearMinima dense = minima;
  for (uint32_t bin = 0; bin < kMinima; ++bin) {
    for (uint64_t attempt = 0; dense[bin] == kNoNearMinimum; ++attempt) {
      dense[bin] = minima[bin_of(chained_hash(bin, attempt))];
    }
  }
  return dense;
}

}  // namespace

NearMinima near_minima(std::span<const int32_t> ids) {
  NearMinima minima;
  minima.fill(kNoNearMinimum);
  for (size_t i = 0; i + kGram <= ids.size(); ++i) {
    uint64_t hash = 0;
    for (size_t k = 0; k < kGram; ++k) hash = (hash + static_cast<uint32_t>(ids[i + k])) * 0x9E3779B97F4A7C15;
    hash = chained_hash(0, hash);
    uint32_t& minimum = minima[bin_of(hash)];
    minimum = std::min(minimum, std::min(static_cast<uint32_t>(hash), kNoNearMinimum - 1));
  }
  return minima;
}

void take_smaller(NearMinima& minima, const NearMinima& others) {
  for (size_t i = 0; i < kNearMinima; ++i) minima[i] = std::min(minima[i], others[i]);
}

NearSignature near_signature(const NearMinima& minima) {
  const NearMinima dense = densified(minima);
  NearSignature signature;
  for (size_t i = 0; i < kNearMinima; ++i) signature[i] = static_cast<uint8_t>(chained_hash(i, dense[i]));
  return signature;
}

std::array<uint64_t, kNearBands> near_keys(const NearSignature& signature) {
  std::array<uint64_t, kNearBands> keys;
  for (size_t band = 0; band < kNearBands; ++band) {
    keys[band] = band;
    for (size_t row = 0; row < kBandRows; ++row) {
      keys[band] = chained_hash(keys[band], signature[band * kBandRows + row]);
    }
  }
  return keys;
}

double near_similarity(const NearSignature& a, const NearSignature& b) {
  double agreeing = 0;
  for (size_t i = 0; i < kNearMinima; ++i) agreeing += a[i] == b[i] ? 1 : 0;
  return (agreeing / kNearMinima - 1.0 / 256) / (1 - 1.0 / 256);
}

}  // namespace slm::data
