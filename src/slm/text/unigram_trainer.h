#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "slm/text/counted_words.h"
#include "slm/text/unigram_lattice.h"

namespace slm::text {

struct UnigramTrainerOptions {
  int64_t num_pieces = 8000;                                   // to learn
  size_t limit_alphabet = std::numeric_limits<size_t>::max();  // only so many characters, the most frequent ones
  size_t max_piece_length = 16;                                // in characters
  size_t num_seeds = 1'000'000;                                // pieces to begin with, beside the characters
  double shrinking_factor = 0.75;                              // pieces that a round of pruning keeps at least
  // Called now and then with the number of pieces that are left. What it throws ends the training.
  std::function<void(int64_t)> on_progress = {};
};

// Learns a unigram model from counted words as SentencePiece does (Kudo 2018, arXiv:1804.10959): begins with the
// characters and the most frequent substrings, improves their probabilities by expectation maximization, and drops in
// rounds those whose loss costs the least likelihood, until there are num_pieces; fewer only where the words have not
// got so many. All characters of the alphabet are among them. The pieces come with their log probabilities, the largest
// first.
//
// Expected counts are summed as integers, so that the result depends on no order and no number of threads. Throws Error
// where num_pieces has no room for the alphabet. Takes up to 40 bytes for each character of the distinct words, and for
// each thread 8 for each seed.
UnigramPieces train_unigram(CountedWords words, const UnigramTrainerOptions& options);

}  // namespace slm::text
