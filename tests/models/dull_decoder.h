#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "slm/models/decoder.h"

namespace slm::test {

// The logits after each token of one sequence, (T, V) row by row, from an fp64 model's parameters by loops over single
// numbers that follow the papers: none of slm's ops or kernels run.
std::vector<double> dull_logits(const models::Decoder& model, std::span<const int32_t> tokens);

}  // namespace slm::test
