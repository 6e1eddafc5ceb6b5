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

  const WordPieceOptions& options() const { return options_; }

 private:
  Vocabulary vocabulary_;
  WordPieceOptions options_;
  PieceTable pieces_;
  int32_t unknown_id_;
};

}  // namespace slm::text
