#pragma once

#include <optional>
#include <vector>

#include "slm/text/byte_trie.h"
#include "slm/text/model.h"

namespace slm::text {

// An unknown character scores this much below the worst token.
inline constexpr double kUnknownPenalty = 10.0;

struct UnigramOptions {
  std::optional<int32_t> unknown_id;
  bool byte_fallback = false;  // unknown characters become <0xE2><0x82><0xAC>
};

// The sequence of tokens whose scores (log probabilities) have the largest sum.
class UnigramModel final : public Model {
 public:
  // `scores` by id.
  UnigramModel(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options);

  std::string_view kind() const override { return "Unigram"; }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const override;

 private:
  void append_unknown(std::string_view piece, size_t begin, size_t end, std::vector<ModelToken>& tokens) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  UnigramOptions options_;
  double unknown_score_;
  ByteTrie trie_;
};

}  // namespace slm::text
