#include "slm/text/unknown_stream.h"

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
  for (const ModelToken& token : found) {
    tokens.ids.push_back(token.id);
    tokens.offsets.push_back(is_unknown_ ? place_
                                         : TokenOffsets{places_[token.begin].begin, places_[token.end - 1].end});
  }
}

}  // namespace slm::text
