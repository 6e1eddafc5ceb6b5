#include "slm/text/piece_stream.h"

#include "slm/text/model.h"

namespace slm::text {

void append_tokens(std::span<const ModelToken> found, std::span<const TokenOffsets> places, Encoding& tokens) {
  for (const ModelToken& token : found) {
    tokens.ids.push_back(token.id);
    tokens.offsets.push_back({places[token.begin].begin, places[token.end - 1].end});
  }
}

}  // namespace slm::text
