#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/text/byte_trie.h"

namespace slm::text {

// Pieces with their log probabilities: what a unigram trainer improves.
struct UnigramPieces {
  std::vector<std::string> texts;
  std::vector<double> scores;
};

// All ways to spell words by pieces. A character that no piece spells is a piece of its own, kUnknown, that scores
// kUnknownPenalty below the worst. Several threads may use one; each has its own Memory.
class UnigramLattice {
 public:
  static constexpr int32_t kUnknown = -1;

  struct Edge {
    uint32_t begin, end;  // bytes
    int32_t piece;
    double score;
  };
  struct Memory {
    std::vector<Edge> edges;  // by their begins
    std::vector<double> forward, backward;
    std::vector<uint32_t> best;   // the edge by which the best way comes to each place
    std::vector<int32_t> pieces;  // of the best way
  };

  explicit UnigramLattice(const UnigramPieces& pieces);

  // Adds to `expected(piece, p)` the probability p of each place of a piece in `word`, over all ways to spell it.
  // Returns the log of the sum of the probabilities of all ways.
  template <typename Expected>
  double marginals(std::string_view word, Memory& memory, const Expected& expected) const {
    find_edges(word, memory);
    const double log_sum = sum_ways(word.size(), memory);
    for (const Edge& edge : memory.edges) {
      if (edge.piece == kUnknown) continue;
      expected(edge.piece, std::exp(memory.forward[edge.begin] + edge.score + memory.backward[edge.end] - log_sum));
    }
    return log_sum;
  }

  // The pieces of the best way to spell `word`, into memory.pieces from last to first, and its score. With `without_it`
  // not as one piece; there may then be no way but through kUnknown.
  double best_way(std::string_view word, Memory& memory, bool without_it = false) const;

 private:
  void find_edges(std::string_view word, Memory& memory) const;
  static double sum_ways(size_t size, Memory& memory);

  const UnigramPieces& pieces_;
  ByteTrie trie_;
  double unknown_score_;
};

}  // namespace slm::text
