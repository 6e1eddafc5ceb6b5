// What is accepted must add up, name only files of its folder, and be read back the same after being written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "slm/core/error.h"
#include "slm/data/prepared_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto index = slm::data::parse_prepared_index({reinterpret_cast<const char*>(data), size}, "index.json");
    int64_t tokens = 0;
    for (const auto& shard : index.shards) {
      if (shard.file.find('/') != std::string::npos || shard.tokens < 1) std::abort();
      tokens += shard.tokens;
    }
    if (tokens != index.total().tokens) std::abort();
    const std::string written = slm::data::to_json(index);
    if (slm::data::to_json(slm::data::parse_prepared_index(written, "again.json")) != written) std::abort();
  } catch (const slm::FormatError&) {
  }
  return 0;
}
