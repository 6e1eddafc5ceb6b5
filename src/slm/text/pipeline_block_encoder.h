#pragma once

#include <memory>

#include "slm/text/block_encoder.h"
#include "slm/text/pipeline.h"

namespace slm::text {

// For pipelines whose steps look at no more than neighbouring characters: a text is normalized and split in parts that
// end at any joint (text_joints.h), and a piece that goes on over it goes to the model part by part. Null where the
// model needs all of a piece. `tokenizer` is made of `pipeline`; both must outlive it.
std::unique_ptr<BlockEncoder> pipeline_block_encoder(const Tokenizer& tokenizer, const Pipeline& pipeline,
                                                     const BlockEncoderOptions& options);

}  // namespace slm::text
