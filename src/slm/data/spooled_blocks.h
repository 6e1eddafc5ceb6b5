#pragma once

#include <memory>
#include <string>

#include "slm/data/block_source.h"

namespace slm::data {

// Takes the blocks of `source` as fast as it gives them, on a thread of its own, and keeps them for who asks later: the
// first `max_in_memory` bytes in memory, what comes then in a file without a name in `folder`.
std::unique_ptr<BlockSource> open_spooled_blocks(std::unique_ptr<BlockSource> source, std::string folder,
                                                 int64_t max_in_memory = int64_t{64} << 20);

}  // namespace slm::data
