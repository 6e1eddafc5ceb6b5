// What is accepted has the starts that the file holds, rising from 0.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/document_starts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto aligned = std::make_shared<std::vector<uint64_t>>(size / 8 + 1);
  if (size > 0) std::memcpy(aligned->data(), data, size);
  try {
    const auto bytes = std::as_bytes(std::span(*aligned)).first(size);
    const slm::data::DocumentStarts starts(aligned, bytes, "documents");
    size_t count = 0;
    for (const auto part : slm::data::kParts) {
      if (!starts.of(part).empty() && starts.of(part)[0] != 0) std::abort();
      count += starts.of(part).size();
    }
    if (24 + 8 * count != size) std::abort();
  } catch (const slm::FormatError&) {
  }
  return 0;
}
