#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace slm::text {

// Decodes the ids of one text in blocks of any size: what push() and finish() append is, joined, what decode() gives
// for all the ids together, byte for byte. Time grows with the number of ids, and memory only with what later ids may
// still change: a run of ids that each name a byte, what may become a match that a decoder replaces in the joined
// tokens, and all of a text whose decoder does something else with these. Comes from Tokenizer::block_decoder().
class BlockDecoder {
 public:
  virtual ~BlockDecoder() = default;

  // Appends what no later id changes.
  virtual void push(std::span<const int32_t> ids, std::string& text) = 0;
  // Appends what is left at the end. The decoder is then as new.
  virtual void finish(std::string& text) = 0;
};

}  // namespace slm::text
