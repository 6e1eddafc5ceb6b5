#include "slm/text/byte_level_stream.h"

#include "slm/text/byte_tokenizer.h"

namespace slm::text {

void append_byte_level(const BpeModel& model, std::string_view piece, std::span<const TokenOffsets> places,
                       Encoding& tokens) {
  std::string spelled;
  std::vector<size_t> sources;  // of each byte of `spelled`
  for (size_t i = 0; i < piece.size(); ++i) {
    spelled += byte_level_alphabet()[static_cast<unsigned char>(piece[i])];
    sources.resize(spelled.size(), i);
  }
  std::vector<ModelToken> found;
  model.tokenize(spelled, found);
  for (const ModelToken& token : found) {
    tokens.ids.push_back(token.id);
    tokens.offsets.push_back({places[sources[token.begin]].begin, places[sources[token.end - 1]].end});
  }
}

ByteLevelStream::ByteLevelStream(const BpeModel& model)
    : model_(model), byte_ids_(byte_level_ids(model.vocabulary())), merges_(model.merges()), beginning_(model) {}

void ByteLevelStream::push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) {
  if (beginning_.keeps(part, places)) return;
  for (size_t i = 0; i < part.size(); ++i) merges_.add(byte_ids_[static_cast<unsigned char>(part[i])], places[i]);
  merges_.settle(tokens);
}

void ByteLevelStream::finish(Encoding& tokens) {
  if (beginning_.may_be_token()) {
    append_byte_level(model_, beginning_.text(), beginning_.places(), tokens);
  } else {
    merges_.finish(tokens);
  }
}

}  // namespace slm::text
