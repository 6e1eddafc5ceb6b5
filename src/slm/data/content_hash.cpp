#include "slm/data/content_hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace slm::data {
namespace {

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F, kPrime3 = 0x165667B19E3779F9;
constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63, kPrime5 = 0x27D4EB2F165667C5;

template <class T>
uint64_t load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

uint64_t round_of(uint64_t lane, uint64_t input) { return std::rotl(lane + input * kPrime2, 31) * kPrime1; }

uint64_t merge(uint64_t hash, uint64_t lane) { return (hash ^ round_of(0, lane)) * kPrime1 + kPrime4; }

uint64_t avalanche(uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

using Lanes = std::array<uint64_t, 4>;

constexpr size_t kStripe = 32;
constexpr Lanes kFirstLanes = {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};

// Whole stripes.
const char* add_stripes(Lanes& lanes, const char* at, const char* end) {
  for (; end - at >= static_cast<ptrdiff_t>(kStripe); at += kStripe) {
    for (size_t i = 0; i < lanes.size(); ++i) lanes[i] = round_of(lanes[i], load<uint64_t>(at + 8 * i));
  }
  return at;
}

// Of `size` bytes, of which all but those from `at` to `end` are in the lanes.
uint64_t hash_of(const Lanes& lanes, uint64_t size, const char* at, const char* end) {
  uint64_t hash = kPrime5;
  if (size >= kStripe) {
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
    for (const uint64_t lane : lanes) hash = merge(hash, lane);
  }
  hash += size;
  for (; end - at >= 8; at += 8) {
    hash = std::rotl(hash ^ round_of(0, load<uint64_t>(at)), 27) * kPrime1 + kPrime4;
  }
  if (end - at >= 4) {
    hash = std::rotl(hash ^ (load<uint32_t>(at) * kPrime1), 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at < end; ++at) hash = std::rotl(hash ^ (load<uint8_t>(at) * kPrime5), 11) * kPrime1;
  return avalanche(hash);
}

}  // namespace

uint64_t content_hash(std::string_view bytes) {
  const char* const end = bytes.data() + bytes.size();
  Lanes lanes = kFirstLanes;
  const char* const rest = add_stripes(lanes, bytes.data(), end);
  return hash_of(lanes, bytes.size(), rest, end);
}

void ContentHasher::update(std::span<const std::byte> bytes) {
  if (size_ == 0) lanes_ = kFirstLanes;
  const char* at = reinterpret_cast<const char*>(bytes.data());
  const char* const end = at + bytes.size();
  const size_t num_waiting = size_ % kStripe;
  size_ += bytes.size();
  if (num_waiting > 0) {
    const size_t num_taken = std::min(kStripe - num_waiting, bytes.size());
    std::copy_n(at, num_taken, rest_.data() + num_waiting);
    at += num_taken;
    if (num_waiting + num_taken < kStripe) return;
    add_stripes(lanes_, rest_.data(), rest_.data() + kStripe);
  }
  at = add_stripes(lanes_, at, end);
  std::copy(at, end, rest_.data());
}

uint64_t ContentHasher::hash() const { return hash_of(lanes_, size_, rest_.data(), rest_.data() + size_ % kStripe); }

uint64_t chained_hash(uint64_t chain, uint64_t next) { return avalanche(merge(chain, next)); }

bool is_chosen(uint64_t hash, double fraction) {
  if (fraction >= 1) return true;
  return hash < static_cast<uint64_t>(std::ldexp(fraction, 64));
}

}  // namespace slm::data
