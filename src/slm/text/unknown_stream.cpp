#include "slm/text/unknown_stream.h"

#include <algorithm>

#include "slm/text/utf8.h"

namespace slm::text {

void UnknownStream::push(std::string_view part, std::span<const TokenOffsets> places, Encoding&) {
  if (part.empty()) return;
  if (piece_.empty()) place_.begin = places.front().begin;
  place_.end = places.back().end;
  for (size_t at = 0; !is_unknown_ && at < part.size();) {
    const auto length = static_cast<size_t>(read_utf8(part, at).length);
    piece_ += part.substr(at, length);
    places_.insert(places_.end(), length, places[at]);
    is_unknown_ = piece_.size() > limits_.max_bytes || ++num_characters_ > limits_.max_characters;
    at += length;
  }
}

void UnknownStream::finish(Encoding& tokens) {
  std::vector<ModelToken> found;
  if (!piece_.empty()) model_.tokenize(piece_, found);  // throws where there is no unknown token
  if (is_unknown_) std::fill(places_.begin(), places_.end(), place_);
  append_tokens(found, places_, tokens);
}

}  // namespace slm::text
