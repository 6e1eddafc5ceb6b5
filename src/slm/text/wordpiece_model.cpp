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
      unknown_id_(vocabulary_.find(options_.unknown_token)) {}

void WordPieceModel::tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const {
  const size_t first = tokens.size();
  const std::string& prefix = options_.continuing_subword_prefix;
  int64_t num_characters = 0;
  for (const char c : piece) num_characters += is_continuation_byte(c) ? 0 : 1;
  bool is_spelled = num_characters <= options_.max_input_chars_per_word;

  std::string spelled;
  for (size_t begin = 0; is_spelled && begin < piece.size();) {
    const size_t longest = vocabulary_.longest_token_bytes();
    size_t end = std::min(piece.size(), begin + longest);
    while (end < piece.size() && is_continuation_byte(piece[end])) --end;
    int32_t id = kNoToken;
    for (; end > begin; --end) {
      if (end < piece.size() && is_continuation_byte(piece[end])) continue;
      std::string_view token = piece.substr(begin, end - begin);
      if (begin > 0) {
        spelled = prefix;
        spelled += token;
        token = spelled;
      }
      id = vocabulary_.find(token);
      if (id != kNoToken) break;
    }
    is_spelled = id != kNoToken;
    if (is_spelled) tokens.push_back({id, begin, end});
    begin = end;
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
