#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "slm/text/bpe_words.h"

namespace slm::text {

// What merging one pair of tokens does to the pairs on one side of it, by the neighbouring token.
class NeighbourChanges {
 public:
  struct Neighbour {
    int64_t count = 0;          // of all words: how often it stood beside the pair
    uint32_t num_words = 0;     // where it now stands beside the merged token
    uint32_t last_word = 0;     // of them
    uint32_t* place = nullptr;  // where the next of them goes
    bool is_touched = false;
  };

  void resize(size_t num_tokens) { by_token_.resize(num_tokens); }

  void add_count(int32_t token, int64_t count) { touch(token).count += count; }
  // All changes of a word come one after the other.
  void add_word(int32_t token, uint32_t word) {
    Neighbour& neighbour = touch(token);
    if (neighbour.num_words > 0 && neighbour.last_word == word) return;
    neighbour.last_word = word;
    ++neighbour.num_words;
    words_.push_back({token, word});
  }
  void add(const NeighbourChanges& other) {
    for (const int32_t token : other.touched_) {
      const Neighbour& theirs = other.by_token_[static_cast<size_t>(token)];
      Neighbour& ours = touch(token);
      ours.count += theirs.count;
      ours.num_words += theirs.num_words;
    }
    words_.insert(words_.end(), other.words_.begin(), other.words_.end());
  }

  const std::vector<int32_t>& touched() const { return touched_; }
  Neighbour& operator[](int32_t token) { return by_token_[static_cast<size_t>(token)]; }

  // Writes each word to the `place` of its neighbour, where there is one.
  void scatter_words() {
    for (const auto& [token, word] : words_) {
      uint32_t*& place = by_token_[static_cast<size_t>(token)].place;
      if (place != nullptr) *place++ = word;
    }
  }

  void clear() {
    for (const int32_t token : touched_) by_token_[static_cast<size_t>(token)] = {};
    touched_.clear();
    words_.clear();
  }

 private:
  struct Word {
    int32_t token;
    uint32_t word;
  };

  Neighbour& touch(int32_t token) {
    Neighbour& neighbour = by_token_[static_cast<size_t>(token)];
    if (!neighbour.is_touched) {
      neighbour.is_touched = true;
      touched_.push_back(token);
    }
    return neighbour;
  }

  std::vector<Neighbour> by_token_;
  std::vector<int32_t> touched_;  // tokens with a change
  std::vector<Word> words_;
};

// What merging (left, right) to `merged` in some words does to the pairs around it.
struct MergeChanges {
  NeighbourChanges before;  // (x, left) becomes (x, merged)
  NeighbourChanges after;   // (right, x) becomes (merged, x)

  void resize(size_t num_tokens) {
    before.resize(num_tokens);
    after.resize(num_tokens);
  }
  void clear() {
    before.clear();
    after.clear();
  }

  void merge_in(BpeWords& words, std::span<const uint32_t> indices, int32_t left, int32_t right, int32_t merged) {
    constexpr size_t kAhead = 12;
    for (size_t i = 0; i < indices.size(); ++i) {
      if (i + kAhead < indices.size()) words.prefetch(indices[i + kAhead]);
      merge_in(words, indices[i], left, right, merged);
    }
  }

 private:
  void merge_in(BpeWords& words, uint32_t word, int32_t left, int32_t right, int32_t merged) {
    const std::span<int32_t> tokens = words.tokens(word);
    const int64_t count = words.count(word);
    size_t out = 0;  // tokens before it are done; reading is always ahead of writing
    for (size_t in = 0; in < tokens.size(); ++in) {
      if (tokens[in] != left || in + 1 >= tokens.size() || tokens[in + 1] != right) {
        tokens[out++] = tokens[in];
        continue;
      }
      if (out > 0) {
        before.add_count(tokens[out - 1], count);
        before.add_word(tokens[out - 1], word);
      }
      ++in;
      if (in + 1 < tokens.size()) {
        const int32_t next = tokens[in + 1];
        after.add_count(next, count);
        // The pair (merged, merged) has one list of words, whichever side it came from.
        (next == merged ? before : after).add_word(next, word);
      }
      tokens[out++] = merged;
    }
    words.shorten(word, out);
  }
};

}  // namespace slm::text
