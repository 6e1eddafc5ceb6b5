#include "slm/data/torch_randint.h"

#include <cassert>
#include <random>

namespace slm::data {

std::vector<int64_t> torch_randint(uint64_t seed, int64_t high, int64_t count) {
  assert(high >= 1 && count >= 0);
  // The C++ standard fixes this engine bit for bit, seeding included (only the distributions are left open).
  std::mt19937 engine(static_cast<uint32_t>(seed));
  const auto range = static_cast<uint64_t>(high);
  const bool needs_64_bits = range >= uint64_t{1} << 28;
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  for (int64_t& number : numbers) {
    uint64_t bits = static_cast<uint32_t>(engine());
    if (needs_64_bits) bits = bits << 32 | static_cast<uint32_t>(engine());
    number = static_cast<int64_t>(bits % range);
  }
  return numbers;
}

}  // namespace slm::data
