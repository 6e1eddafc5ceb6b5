#pragma once

#include <cstdint>
#include <cstdlib>

#include "slm/core/error.h"
#include "slm/formats/tensor_file.h"

namespace slm::fuzz {

// Opens a file by `parse` and reads what is in it. A FormatError is the right answer to damage; no tensor may be larger
// than the file it came from.
template <class Parse>
void read_tensors(const uint8_t* data, size_t size, const Parse& parse) {
  constexpr int64_t kMaxTensors = 64;  // many views of one storage take long without finding more
  try {
    const auto file = parse("fuzzed", std::as_bytes(std::span(data, size)), nullptr);
    int64_t num_read = 0;
    for (const formats::TensorEntry& entry : file->entries()) {
      if (entry.size_bytes() > static_cast<int64_t>(size)) std::abort();
      if (++num_read <= kMaxTensors) file->read(entry);
    }
  } catch (const FormatError&) {
  }
}

}  // namespace slm::fuzz
