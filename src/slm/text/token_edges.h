#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "slm/text/character_pairs.h"

namespace slm::text {

struct AddedToken;

// The characters of added tokens that stand at their edges and next to each other: what tells, of two characters of a
// text, that no token that is found there reaches over the place between them.
class TokenEdges {
 public:
  // `spelling`: as the token is looked for.
  void add(const AddedToken& token, std::string_view spelling);

  // Whether the same tokens are found in a text as in its two parts: no token has the two characters in it, takes the
  // white space beyond the place, or counts only where no word touches it.
  bool allow_cut(char32_t before, char32_t after) const;
  // Whether a token may begin, end with the character.
  bool may_begin_with(char32_t c) const { return begins_.contains(c); }
  bool may_end_with(char32_t c) const { return ends_.contains(c); }
  // Whether a token is spelled so that it ends or begins at this place of a text, or may begin there if the text goes
  // on.
  bool may_touch(std::string_view text, size_t place) const;
  // Whether some token takes the white space beside it, however much that is.
  bool take_white_space() const { return !begins_behind_space_.empty() || !ends_before_space_.empty(); }

 private:
  CharacterPairs neighbours_;
  std::vector<std::string> spellings_;
  std::unordered_set<char32_t> begins_, ends_;
  std::unordered_set<char32_t> single_word_begins_, single_word_ends_;
  std::unordered_set<char32_t> begins_behind_space_, ends_before_space_;  // of those that take it
};

}  // namespace slm::text
