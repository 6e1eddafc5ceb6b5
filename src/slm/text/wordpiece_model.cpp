#include "slm/text/wordpiece_model.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

bool is_continuation_byte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

WordPieceModel::WordPieceModel(Vocabulary vocabulary, WordPieceOptions options)
    : vocabulary_(std::move(vocabulary)),
      options_(std::move(options)),
      pieces_(vocabulary_, options_.continuing_subword_prefix),
      unknown_id_(vocabulary_.find(options_.unknown_token)) {}

void WordPieceModel::tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const {
  const size_t first = tokens.size();
  int64_t num_characters = 0;
  for (const char c : piece) num_characters += is_continuation_byte(c) ? 0 : 1;
  bool is_spelled = num_characters <= options_.max_input_chars_per_word;

  for (size_t begin = 0; is_spelled && begin < piece.size();) {
    const PieceTable::Found found = pieces_.longest(piece.substr(begin), begin > 0);
    is_spelled = found.id != kNoToken;
    if (is_spelled) tokens.push_back({found.id, begin, begin + found.length});
    begin += found.length;
  }
  if (is_spelled) return;
  if (unknown_id_ == kNoToken) {
    throw Error(
        fmt::format("[WordPiece] the word '{}' is unknown, and the vocabulary does not have the unknown token '{}'",
                    piece, options_.unknown_token));
  }
  tokens.resize(first);
  tokens.push_back({unknown_id_, 0, piece.size()});
}

}  // namespace slm::text
