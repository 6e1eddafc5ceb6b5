#pragma once

#include <string>

#include "slm/text/model.h"
#include "slm/text/piece_table.h"

namespace slm::text {

struct WordPieceOptions {
  std::string unknown_token = "[UNK]";
  std::string continuing_subword_prefix = "##";
  int64_t max_input_chars_per_word = 100;  // a longer word is unknown
};

// The longest token that begins the word, then the longest that goes on from there: a word that cannot be spelled so is
// unknown.
class WordPieceModel final : public Model {
 public:
  WordPieceModel(Vocabulary vocabulary, WordPieceOptions options);

  std::string_view kind() const override { return "WordPiece"; }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const override;
  std::unique_ptr<PieceStream> stream(bool has_offsets) const override;

  // The ids alone, written to `ids`, which has room for one per byte of the piece and for one at least. Returns where
  // they end.
  int32_t* tokenize(std::string_view piece, int32_t* ids) const;
  int32_t* tokenize(const ShortWord& piece, int32_t* ids) const;

  const WordPieceOptions& options() const { return options_; }

 private:
  bool may_be_spelled(std::string_view piece) const;
  // Null where the piece cannot be spelled.
  int32_t* append_pieces(std::string_view piece, int32_t* ids) const;
  int32_t* append_pieces(const ShortWord& rest, size_t size, bool goes_on, int32_t* ids) const;
  // Throws Error where there is none.
  int32_t unknown_id(std::string_view piece) const;

  Vocabulary vocabulary_;
  WordPieceOptions options_;
  PieceTable pieces_;
  int32_t unknown_id_;
};

}  // namespace slm::text
