#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "slm/data/block_source.h"

namespace slm::data {

struct SpoolOptions {
  std::string folder;
  int64_t max_in_memory = int64_t{64} << 20;  // bytes; what comes then waits in a file without a name in `folder`
  std::optional<int64_t> max_tokens = {};     // that wait: as long as there are so many, `source` has to wait, too
};

// Takes the blocks of `source` as fast as it gives them, on a thread of its own, and keeps them for who asks later.
std::unique_ptr<BlockSource> open_spooled_blocks(std::unique_ptr<BlockSource> source, SpoolOptions options);

}  // namespace slm::data
