#pragma once

#include <memory>

#include "slm/text/block_encoder.h"
#include "slm/text/encoder_memories.h"
#include "slm/text/pipeline.h"

namespace slm::text {

// For pipelines of fast_byte_level_encoder(): their patterns find matches from left to right, so a text may be cut
// wherever one ends; and a match that goes on without end shows how far it goes (gpt_run.h), while its tokens are
// merged as they settle. Null where the merges need all of a word. `pipeline` and `memories` must outlive it.
std::unique_ptr<BlockEncoder> byte_level_block_encoder(const Pipeline& pipeline, EncoderMemories& memories,
                                                       const BlockEncoderOptions& options);

}  // namespace slm::text
