#include "slm/text/wordlevel_model.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/text/unknown_stream.h"

namespace slm::text {

WordLevelModel::WordLevelModel(Vocabulary vocabulary, std::string unknown_token)
    : vocabulary_(std::move(vocabulary)),
      unknown_token_(std::move(unknown_token)),
      unknown_id_(vocabulary_.find(unknown_token_)) {}

void WordLevelModel::tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const {
  int32_t id = vocabulary_.find(piece);
  if (id == kNoToken) id = unknown_id_;
  if (id == kNoToken) {
    throw Error(fmt::format("[WordLevel] '{}' is unknown, and the vocabulary does not have the unknown token '{}'",
                            piece, unknown_token_));
  }
  tokens.push_back({id, 0, piece.size()});
}

std::unique_ptr<PieceStream> WordLevelModel::stream(bool) const {
  return std::make_unique<UnknownStream>(
      *this, UnknownStream::Limits{.max_bytes = vocabulary_.longest_token_bytes(), .max_characters = SIZE_MAX});
}

}  // namespace slm::text
