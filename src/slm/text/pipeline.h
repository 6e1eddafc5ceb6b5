#pragma once

#include <memory>
#include <optional>

#include "slm/text/added_tokens.h"
#include "slm/text/decoder.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/model.h"
#include "slm/text/normalizer.h"
#include "slm/text/post_processor.h"
#include "slm/text/pre_tokenizer.h"
#include "slm/text/truncation.h"

namespace slm::text {

// The parts of a tokenizer.json.
struct Pipeline {
  std::unique_ptr<Normalizer> normalizer;       // may be null
  std::unique_ptr<PreTokenizer> pre_tokenizer;  // may be null: the text is one piece
  std::unique_ptr<Model> model;
  std::unique_ptr<PostProcessor> post_processor;  // may be null
  std::unique_ptr<Decoder> decoder;
  std::unique_ptr<AddedTokens> added_tokens;
  LengthRules length_rules;
  std::unique_ptr<FastEncoder> fast_encoder;  // may be null; only where added_tokens->are_all_raw()
  // The same for what goes on behind a cut, where that is another one.
  std::unique_ptr<FastEncoder> rest_encoder;
  std::optional<FastByteLevelOptions> byte_level;  // where fast_encoder is one of these
  bool keeps_bytes = false;                        // bytes that are not UTF-8 reach the model as they are

  // The text as the first step gets it.
  AlignedText aligned(std::string_view text) const {
    return keeps_bytes ? AlignedText::of_bytes(text) : AlignedText::of_utf8(text);
  }
  AlignedText normalized(std::string_view text) const {
    AlignedText result = aligned(text);
    if (normalizer) normalizer->normalize(result);
    return result;
  }
};

}  // namespace slm::text
