#include "slm/text/piece_beginning.h"

namespace slm::text {

bool PieceBeginning::keeps(std::string_view& part, std::span<const TokenOffsets>& places) {
  if (!may_be_token_) return false;
  text_ += part;
  places_.insert(places_.end(), places.begin(), places.end());
  may_be_token_ = text_.size() <= model_.vocabulary().longest_token_bytes();
  part = text_;
  places = places_;
  return may_be_token_;
}

}  // namespace slm::text
