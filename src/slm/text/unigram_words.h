#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/counted_words.h"

namespace slm::text {

// Words as a unigram trainer goes through them: sorted, cut where a character stands that is not in the alphabet.
class UnigramWords {
 public:
  // With at most `limit_alphabet` characters, the most frequent ones, of equals the smaller. `counted` is let go.
  UnigramWords(CountedWords counted, size_t limit_alphabet);

  size_t size() const { return counts_.size(); }
  std::string_view text(size_t word) const {
    return std::string_view(bytes_).substr(begins_[word], begins_[word + 1] - begins_[word] - 1);
  }
  int64_t count(size_t word) const { return counts_[word]; }
  // Of the words in their order, each with a NUL behind it; eight more at the end.
  std::string_view all_text() const { return bytes_; }

  struct Character {
    std::string text;
    int64_t count;
  };
  const std::vector<Character>& alphabet() const { return alphabet_; }  // the most frequent first
  int64_t num_characters() const { return num_characters_; }            // of all words, as often as they come

 private:
  void find_alphabet(const CountedWords& words, size_t limit);

  std::string bytes_;
  std::vector<uint64_t> begins_ = {0};
  std::vector<int64_t> counts_;
  std::vector<Character> alphabet_;
  int64_t num_characters_ = 0;
};

}  // namespace slm::text
