#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::text {

// Decodes the ids of one text in blocks of many. What push() and finish() return is, joined, what decode() gives for
// all the ids together, byte for byte. The tokenizer must outlive the decoder.
class BlockDecoder {
 public:
  explicit BlockDecoder(const Tokenizer& tokenizer, DecodeOptions options = {})
      : tokenizer_(&tokenizer), options_(options) {}

  std::string push(std::span<const int32_t> ids);

  // What is left at the end. The decoder is then as new.
  std::string finish();

 private:
  // Decodes the ids that wait, up to `end`, behind the context.
  std::string decode_to(size_t end);
  bool names_byte(int32_t id) const;

  const Tokenizer* tokenizer_;
  DecodeOptions options_;
  std::vector<int32_t> ids_;  // decoded ones that may shape what follows, then those that wait
  size_t num_context_ = 0;    // of ids_
  size_t context_bytes_ = 0;  // that the context decodes to
};

}  // namespace slm::text
