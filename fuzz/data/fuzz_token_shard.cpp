// What parse_shard_layout accepts must lie inside the file, whatever the bytes are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "slm/core/error.h"
#include "slm/data/token_shard.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto file_bytes = static_cast<int64_t>(size);
  try {
    const auto layout =
        slm::data::parse_shard_layout(bytes.first(std::min<size_t>(size, 1024)), file_bytes, "fuzz.bin");
    const int64_t token_bytes = layout.num_tokens * slm::data::size_bytes(layout.type);
    if (layout.num_tokens < 1 || layout.first_byte() + token_bytes != file_bytes) std::abort();
  } catch (const slm::FormatError&) {
  }
  return 0;
}
