#pragma once

#include "slm/text/bpe_model.h"
#include "slm/text/byte_ids.h"
#include "slm/text/merge_stream.h"
#include "slm/text/piece_beginning.h"
#include "slm/text/piece_stream.h"

namespace slm::text {

// A piece of a byte-level model, in bytes as they are before ByteLevel spells them.
class ByteLevelStream final : public PieceStream {
 public:
  // `model` must outlive it, and have a token for each byte and merges in the order of their ranks.
  explicit ByteLevelStream(const BpeModel& model);

  void push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) override;
  void finish(Encoding& tokens) override;

 private:
  const BpeModel& model_;
  ByteIds byte_ids_;
  MergeStream merges_;
  PieceBeginning beginning_;
};

// The tokens of a piece that is all there, as above.
void append_byte_level(const BpeModel& model, std::string_view piece, std::span<const TokenOffsets> places,
                       Encoding& tokens);

}  // namespace slm::text
