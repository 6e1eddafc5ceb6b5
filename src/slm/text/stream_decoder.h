#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::text {

// Decodes ids one at a time, for text that appears while it is generated. What push() and finish() return is valid
// UTF-8 and, joined, is what decode() gives for all the ids together. The tokenizer must outlive the decoder.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer, DecodeOptions options = {});

  // The characters that `id` completed: often one token's, none while a character's bytes are still to come.
  std::string push(int32_t id);

  // What is left at the end: U+FFFD for a character that never became whole. The decoder is then as new.
  std::string finish();

 private:
  // Forgets what no longer matters. `text` is what the window decodes to, all of it emitted.
  void shorten_window(std::string_view text);

  const Tokenizer* tokenizer_;
  DecodeOptions options_;
  std::vector<int32_t> window_;  // the last ids: those already emitted that may shape what follows, then the new ones
  size_t emitted_ = 0;           // bytes of decode(window_) already returned
};

}  // namespace slm::text
