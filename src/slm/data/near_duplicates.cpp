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
constexpr uint32_t kEmpty = UINT32_MAX;

// Uniform in [0, kMinima).
uint32_t bin_of(uint64_t hash) { return static_cast<uint32_t>(((hash >> 32) * kMinima) >> 32); }

// The minimum of each of kMinima ranges of hashes.
std::array<uint32_t, kMinima> minima_of(std::span<const int32_t> ids) {
  std::array<uint32_t, kMinima> minima;
  minima.fill(kEmpty);
  for (size_t i = 0; i + kGram <= ids.size(); ++i) {
    uint64_t hash = 0;
    for (size_t k = 0; k < kGram; ++k) hash = (hash + static_cast<uint32_t>(ids[i + k])) * 0x9E3779B97F4A7C15;
    hash = chained_hash(0, hash);
    uint32_t& minimum = minima[bin_of(hash)];
    minimum = std::min(minimum, std::min(static_cast<uint32_t>(hash), kEmpty - 1));
  }
  return minima;
}

// A range without a hash takes the minimum of one that has some, which it tries in an order of its own, the same for
// all documents: so equal sets agree, and neighbouring ranges do not copy from one another.
std::array<uint32_t, kMinima> densified(const std::array<uint32_t, kMinima>& minima) {
  std::array<uint32_t, kMinima> dense = minima;
  for (uint32_t bin = 0; bin < kMinima; ++bin) {
    for (uint64_t attempt = 0; dense[bin] == kEmpty; ++attempt) {
      dense[bin] = minima[bin_of(chained_hash(bin, attempt))];
    }
  }
  return dense;
}

}  // namespace

NearSignature near_signature(std::span<const int32_t> ids) {
  const std::array<uint32_t, kMinima> minima = densified(minima_of(ids));
  NearSignature signature;
  for (size_t i = 0; i < kNearMinima; ++i) signature[i] = static_cast<uint8_t>(chained_hash(i, minima[i]));
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
