#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "slm/text/vocabulary.h"

namespace slm::text {

// The token of each byte; kNoToken where the vocabulary has none.
using ByteIds = std::array<int32_t, 256>;

// Of tokens that are spelled in byte_level_alphabet().
ByteIds byte_level_ids(const Vocabulary& vocabulary);
// Of tokens that name bytes: "<0xE2>".
ByteIds named_byte_ids(const Vocabulary& vocabulary);

inline bool has_all_bytes(const ByteIds& ids) {
  return std::none_of(ids.begin(), ids.end(), [](int32_t id) { return id == kNoToken; });
}

}  // namespace slm::text
