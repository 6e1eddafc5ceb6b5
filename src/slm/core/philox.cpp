#include "slm/core/philox.h"

#include <cmath>
#include <numbers>

namespace slm {
namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53u, kMultiplier1 = 0xCD9E8D57u;
constexpr uint32_t kWeyl0 = 0x9E3779B9u, kWeyl1 = 0xBB67AE85u;
constexpr int kNumRounds = 10;

uint32_t high_word(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
uint32_t low_word(uint64_t value) { return static_cast<uint32_t>(value); }

}  // namespace

PhiloxBlock philox4x32(const PhiloxBlock& counter, const std::array<uint32_t, 2>& key) {
  PhiloxBlock c = counter;
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < kNumRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * c[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * c[2];
    c = {high_word(product1) ^ c[1] ^ k0, low_word(product1), high_word(product0) ^ c[3] ^ k1, low_word(product0)};
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  return c;
}

PhiloxBlock RandomStream::block(uint64_t index) const {
  return philox4x32({low_word(index), high_word(index), step, stream}, {low_word(seed), high_word(seed)});
}

uint32_t RandomStream::word(uint64_t index) const { return block(index / 4)[index % 4]; }

float RandomStream::uniform(uint64_t index) const { return static_cast<float>(word(index) >> 8) * 0x1p-24f; }

double RandomStream::normal(uint64_t index) const {
  const PhiloxBlock bits = block(index);
  // 53-bit uniforms; u is kept off zero so that its logarithm is finite.
  const auto uniform53 = [](uint32_t high, uint32_t low) {
    return (static_cast<double>(high >> 5) * 67108864.0 + static_cast<double>(low >> 6) + 0.5) * 0x1p-53;
  };
  const double u = uniform53(bits[0], bits[1]), v = uniform53(bits[2], bits[3]);
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

}  // namespace slm
