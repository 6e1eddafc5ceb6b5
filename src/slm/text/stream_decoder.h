#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::text {

// Decodes ids one at a time, for text that appears while it is generated. What push() and finish() return is valid
// UTF-8 and, joined, is what decode() gives for all the ids together, with U+FFFD for what is not UTF-8. The tokenizer
// must outlive the decoder.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer, bool skip_special_tokens = true)
      : decoder_(tokenizer.block_decoder(skip_special_tokens)) {}

  // The characters that `id` completed: often one token's, none while a character's bytes are still to come.
  std::string push(int32_t id);

  // What is left at the end: U+FFFD for a character that never became whole. The decoder is then as new.
  std::string finish();

 private:
  std::unique_ptr<BlockDecoder> decoder_;
  std::string bytes_;  // the beginning of a character
};

}  // namespace slm::text
