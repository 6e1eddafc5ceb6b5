#include "slm/text/wordpiece_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/text/unknown_stream.h"
#include "slm/text/utf8.h"

namespace slm::text {

WordPieceModel::WordPieceModel(Vocabulary vocabulary, WordPieceOptions options)
    : vocabulary_(std::move(vocabulary)),
      options_(std::move(options)),
      pieces_(vocabulary_, options_.continuing_subword_prefix),
      unknown_id_(vocabulary_.find(options_.unknown_token)) {}

bool WordPieceModel::may_be_spelled(std::string_view piece) const {
  if (static_cast<int64_t>(piece.size()) <= options_.max_input_chars_per_word) return true;
  const auto num_characters = std::count_if(piece.begin(), piece.end(), [](char c) { return !is_continuation(c); });
  return num_characters <= options_.max_input_chars_per_word;
}

int32_t WordPieceModel::unknown_id(std::string_view piece) const {
  if (unknown_id_ != kNoToken) return unknown_id_;
  throw Error(
      fmt::format("[WordPiece] the word '{}' is unknown, and the vocabulary does not have the unknown token '{}'",
                  piece, options_.unknown_token));
}

void WordPieceModel::tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const {
  const size_t first = tokens.size();
  bool is_spelled = may_be_spelled(piece);
  for (size_t begin = 0; is_spelled && begin < piece.size();) {
    const PieceTable::Found found = pieces_.longest(piece.substr(begin), begin > 0);
    is_spelled = found.id != kNoToken;
    if (is_spelled) tokens.push_back({found.id, begin, begin + found.length});
    begin += found.length;
  }
  if (is_spelled) return;
  tokens.resize(first);
  tokens.push_back({unknown_id(piece), 0, piece.size()});
}

std::unique_ptr<PieceStream> WordPieceModel::stream(bool) const {
  const auto max_characters = static_cast<size_t>(std::max<int64_t>(options_.max_input_chars_per_word, 0));
  return std::make_unique<UnknownStream>(
      *this, UnknownStream::Limits{.max_bytes = SIZE_MAX, .max_characters = max_characters});
}

int32_t* WordPieceModel::append_pieces(const ShortWord& rest, size_t size, bool goes_on, int32_t* ids) const {
  for (size_t begin = 0; begin < size;) {
    const PieceTable::Found found = pieces_.longest(rest.from(begin), size - begin, goes_on);
    if (found.id == kNoToken) return nullptr;
    *ids++ = found.id;
    begin += found.length;
    goes_on = true;
  }
  return ids;
}

int32_t* WordPieceModel::append_pieces(std::string_view piece, int32_t* ids) const {
  size_t begin = 0;
  while (piece.size() - begin > ShortWord::kMaxBytes) {
    const PieceTable::Found found = pieces_.longest(piece.substr(begin), begin > 0);
    if (found.id == kNoToken) return nullptr;
    *ids++ = found.id;
    begin += found.length;
  }
  return append_pieces(ShortWord::of(piece.substr(begin)), piece.size() - begin, begin > 0, ids);
}

int32_t* WordPieceModel::tokenize(std::string_view piece, int32_t* ids) const {
  int32_t* const end = may_be_spelled(piece) ? append_pieces(piece, ids) : nullptr;
  if (end != nullptr) return end;
  *ids = unknown_id(piece);
  return ids + 1;
}

int32_t* WordPieceModel::tokenize(const ShortWord& piece, int32_t* ids) const {
  const auto size = static_cast<int64_t>(piece.length());
  if (size <= options_.max_input_chars_per_word) [[likely]] {
    int32_t* const end = append_pieces(piece, piece.length(), false, ids);
    if (end != nullptr) [[likely]]
      return end;
  }
  char text[ShortWord::kMaxBytes + 1];
  return tokenize(piece.text(text), ids);
}

}  // namespace slm::text
