#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "slm/text/byte_trie.h"

namespace slm::text {

// Finds strings in a text (Aho and Corasick, "Efficient string matching", 1975).
class StringFinder {
 public:
  StringFinder() : StringFinder(std::vector<std::string_view>()) {}

  // A string's value is its index, the larger one where it is there twice. Empty strings are never found.
  explicit StringFinder(const std::vector<std::string_view>& strings);

  bool is_empty() const { return trie_.num_nodes() == 1; }

  struct Match {
    size_t begin = 0;
    size_t end = 0;
    int32_t value = -1;  // where there is none
  };
  // Of the strings that begin at `from` or later, those that begin first, and of them the longest. Reads the text up to
  // there once, and at most the length of the longest string behind it.
  Match find(std::string_view text, size_t from) const;

 private:
  // What a node means as a state: the text so far ends with its string, and with no longer one of the trie.
  struct State {
    uint32_t shorter = 0;  // the node of the longest end of its string that is in the trie, too
    uint32_t depth = 0;    // bytes of its string
    uint32_t length = 0;   // of the longest of the strings looked for that its string ends with
    int32_t value = -1;    // of that one
  };

  uint32_t next_state(uint32_t state, unsigned char byte) const {
    for (;;) {
      const uint32_t next = trie_.child(state, byte);
      if (next != 0 || state == 0) return next;
      state = states_[state].shorter;
    }
  }
  // The first place from `at` on where a string may begin.
  size_t next_start(std::string_view text, size_t at) const;

  ByteTrie trie_;
  std::vector<State> states_;  // by node
  bool starts_[256] = {};
  int only_start_ = -1;  // the byte that all begin with, if there is only one
};

}  // namespace slm::text
