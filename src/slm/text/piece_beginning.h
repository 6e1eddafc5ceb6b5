#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/bpe_model.h"

namespace slm::text {

// The beginning of a piece that comes in parts, while all of it may be a token that needs no merges
// (BpeOptions::ignore_merges).
class PieceBeginning {
 public:
  // `model` must outlive it.
  explicit PieceBeginning(const BpeModel& model) : model_(model), may_be_token_(model.options().ignore_merges) {}

  // True while the piece may be such a token: then the part waits here. The first part that is too much comes back with
  // all that waited before it, which stays as long as this does.
  bool keeps(std::string_view& part, std::span<const TokenOffsets>& places);

  bool may_be_token() const { return may_be_token_; }
  std::string_view text() const { return text_; }
  std::span<const TokenOffsets> places() const { return places_; }

 private:
  const BpeModel& model_;
  bool may_be_token_;
  std::string text_;
  std::vector<TokenOffsets> places_;  // of each byte
};

}  // namespace slm::text
