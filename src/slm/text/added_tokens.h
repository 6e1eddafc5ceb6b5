#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "slm/text/normalizer.h"
#include "slm/text/pre_tokenizer.h"
#include "slm/text/string_finder.h"
#include "slm/text/token_edges.h"

namespace slm::text {

// A token that is found in the text before the model sees it.
struct AddedToken {
  std::string content;
  int32_t id = 0;
  bool is_single_word = false;  // only where no word character touches it
  bool strips_left = false;     // takes the white space before it
  bool strips_right = false;    // and after it
  bool is_normalized = true;    // is looked for in the normalized text
  bool is_special = false;      // marks structure: left out when decoding
};

class AddedTokens {
 public:
  // `normalizer` may be null.
  AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer);

  // Finds the tokens in a text and normalizes what is between them. Special ones are text like any other where
  // `finds_special` is false.
  std::vector<Piece> extract(AlignedText text, const Normalizer* normalizer, bool finds_special) const;

  // Whether all tokens are found in the text as it is, before any normalization, in one pass.
  bool are_all_raw(const Normalizer* normalizer) const;
  // The same tokens as extract() finds, where are_all_raw(): calls emit(begin, end, token) for each and for each part
  // between, whose token is null.
  template <typename Emit>
  void for_each_raw(std::string_view text, bool finds_special, const Emit& emit) const {
    scan(text, raw_.is_empty() ? normalized_finder_ : raw_, finds_special, emit);
  }

  const AddedToken* find(int32_t id) const;  // null where there is none
  const AddedToken* find(std::string_view content) const;
  bool is_special(std::string_view content) const;
  // How the decoder sees the token: as it is written in a normalized text.
  std::string_view decoded_form(const AddedToken& token) const;

  const std::vector<AddedToken>& tokens() const { return tokens_; }
  const TokenEdges& edges() const { return edges_; }

 private:
  using EmitPart = std::function<void(size_t, size_t, const AddedToken*)>;

  void scan(std::string_view text, const StringFinder& finder, bool finds_special, const EmitPart& emit) const;

  void split(std::vector<Piece>& pieces, const StringFinder& finder, bool finds_special) const;
  void split_one(AlignedText text, const StringFinder& finder, bool finds_special, std::vector<Piece>& out) const;

  std::vector<AddedToken> tokens_;
  std::vector<std::string> normalized_;  // by index: the content as the normalizer leaves it
  std::unordered_map<int32_t, size_t> by_id_;
  std::map<std::string, size_t, std::less<>> by_content_;
  // What is looked for in each of the two passes; values are indices of tokens_.
  StringFinder raw_;
  StringFinder normalized_finder_;
  TokenEdges edges_;
};

}  // namespace slm::text
