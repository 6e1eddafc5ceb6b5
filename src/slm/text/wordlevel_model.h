#pragma once

#include <string>

#include "slm/text/model.h"

namespace slm::text {

// Every piece is one token.
class WordLevelModel final : public Model {
 public:
  WordLevelModel(Vocabulary vocabulary, std::string unknown_token);

  std::string_view kind() const override { return "WordLevel"; }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const override;
  std::unique_ptr<PieceStream> stream(bool has_offsets) const override;

 private:
  Vocabulary vocabulary_;
  std::string unknown_token_;
  int32_t unknown_id_;
};

}  // namespace slm::text
