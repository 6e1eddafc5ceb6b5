#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "slm/text/unigram_words.h"

namespace slm::text {

struct Substring {
  std::string_view text;  // into the words
  int64_t score;          // how many distinct words' places it stands at, times its characters
};

// The `limit` substrings of two to `max_characters` characters with the largest scores, the best first, of equals the
// smaller. They come at least twice in the words and are not always followed by the same character: the inner nodes of
// the words' suffix tree, found by sorting all suffixes. Takes 4 bytes for each character of the distinct words, and
// less than 24 for each inner node.
std::vector<Substring> frequent_substrings(const UnigramWords& words, size_t max_characters, size_t limit);

}  // namespace slm::text
