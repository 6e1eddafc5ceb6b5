#pragma once

#include <string>

#include "slm/text/model.h"
#include "slm/text/piece_stream.h"

namespace slm::text {

// For models to which every piece beyond a size is one unknown token.
class UnknownStream final : public PieceStream {
 public:
  struct Limits {
    size_t max_bytes;       // a piece with more of them is unknown, or
    size_t max_characters;  // with more of these
  };
  // `model` must outlive it.
  UnknownStream(const Model& model, const Limits& limits) : model_(model), limits_(limits) {}

  void push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) override;
  void finish(Encoding& tokens) override;
  bool is_decided() const override { return is_unknown_; }

 private:
  const Model& model_;
  Limits limits_;
  bool is_unknown_ = false;
  std::string piece_;  // where it is unknown: as much of it as shows that
  size_t num_characters_ = 0;
  std::vector<TokenOffsets> places_;  // for each byte of piece_
  TokenOffsets place_{};              // of the whole
};

}  // namespace slm::text
