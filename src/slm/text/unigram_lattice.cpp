#include "slm/text/unigram_lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "slm/text/unigram_model.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

// log(exp(a) + exp(b))
double log_add(double a, double b) {
  const double larger = std::max(a, b), smaller = std::min(a, b);
  constexpr double kNegligible = -50;
  if (smaller - larger < kNegligible) return larger;
  return larger + std::log1p(std::exp(smaller - larger));
}

}  // namespace

UnigramLattice::UnigramLattice(const UnigramPieces& pieces)
    : pieces_(pieces),
      trie_(std::vector<std::string_view>(pieces.texts.begin(), pieces.texts.end())),
      unknown_score_(*std::min_element(pieces.scores.begin(), pieces.scores.end()) - kUnknownPenalty) {}

void UnigramLattice::find_edges(std::string_view word, Memory& memory) const {
  memory.edges.clear();
  for (size_t begin = 0; begin < word.size();) {
    const auto length = static_cast<size_t>(read_utf8(word, begin).length);
    bool has_character = false;
    trie_.for_each_prefix(word.substr(begin), [&](size_t size, int32_t piece) {
      memory.edges.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + size), piece,
                              pieces_.scores[static_cast<size_t>(piece)]});
      has_character |= size == length;
    });
    if (!has_character) {
      memory.edges.push_back(
          {static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + length), kUnknown, unknown_score_});
    }
    begin += length;
  }
}

double UnigramLattice::sum_ways(size_t size, Memory& memory) {
  memory.forward.assign(size + 1, kImpossible);
  memory.backward.assign(size + 1, kImpossible);
  memory.forward[0] = memory.backward[size] = 0;
  for (const Edge& edge : memory.edges) {
    double& sum = memory.forward[edge.end];
    sum = log_add(sum, memory.forward[edge.begin] + edge.score);
  }
  for (auto edge = memory.edges.rbegin(); edge != memory.edges.rend(); ++edge) {
    double& sum = memory.backward[edge->begin];
    sum = log_add(sum, memory.backward[edge->end] + edge->score);
  }
  return memory.forward[size];
}

double UnigramLattice::best_way(std::string_view word, Memory& memory, bool without_it) const {
  find_edges(word, memory);
  memory.forward.assign(word.size() + 1, kImpossible);
  memory.best.assign(word.size() + 1, 0);
  memory.forward[0] = 0;
  for (uint32_t i = 0; i < memory.edges.size(); ++i) {
    const Edge& edge = memory.edges[i];
    if (without_it && edge.end - edge.begin == word.size()) continue;
    const double score = memory.forward[edge.begin] + edge.score;
    if (score <= memory.forward[edge.end]) continue;
    memory.forward[edge.end] = score;
    memory.best[edge.end] = i;
  }
  memory.pieces.clear();
  if (memory.forward[word.size()] == kImpossible) return kImpossible;
  for (size_t end = word.size(); end > 0; end = memory.edges[memory.best[end]].begin) {
    memory.pieces.push_back(memory.edges[memory.best[end]].piece);
  }
  return memory.forward[word.size()];
}

}  // namespace slm::text
