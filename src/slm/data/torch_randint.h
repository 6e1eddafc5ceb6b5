#pragma once

#include <cstdint>
#include <vector>

namespace slm::data {

// What `torch.manual_seed(seed); torch.randint(0, high, (count,))` returns on a CPU, number for number. `high` is at
// least 1. The generator is MT19937 seeded with the low 32 bits of `seed`; a number is one output modulo `high`, or
// for high >= 2^28 two outputs, the first one the upper half, modulo `high`. (Measured on PyTorch 2.15; the versions of
// some years ago took two only from 2^32 on, so that they differ in this for vocabularies that no model has.)
std::vector<int64_t> torch_randint(uint64_t seed, int64_t high, int64_t count);

}  // namespace slm::data
