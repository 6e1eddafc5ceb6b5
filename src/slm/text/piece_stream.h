#pragma once

#include <span>
#include <string_view>

#include "slm/text/tokenizer.h"

namespace slm::text {

struct ModelToken;

// The tokens of one piece that comes in parts, in memory that does not grow with it: what Model::tokenize() makes of
// the whole, with places in the original.
class PieceStream {
 public:
  virtual ~PieceStream() = default;

  // Appends the tokens that are settled whatever follows. A part consists of whole characters; places[i] is what its
  // byte i stands for.
  virtual void push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) = 0;
  // Appends the rest.
  virtual void finish(Encoding& tokens) = 0;
  // Whether all of the piece is one token, whatever follows: parts may be left out, but for the last.
  virtual bool is_decided() const { return false; }
};

// Appends `found` of a piece of which byte i stands for places[i].
void append_tokens(std::span<const ModelToken> found, std::span<const TokenOffsets> places, Encoding& tokens);

}  // namespace slm::text
