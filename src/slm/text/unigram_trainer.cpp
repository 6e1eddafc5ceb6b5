#include "slm/text/unigram_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/text/frequent_substrings.h"
#include "slm/text/unigram_words.h"

namespace slm::text {
namespace {

constexpr int kStepsPerRound = 2;        // of expectation maximization, before each pruning
constexpr double kFewestExpected = 0.5;  // of a piece that stays
constexpr double kFirstSize = 1.1;       // of the wanted number: where pruning stops, before the last choice
constexpr double kAlphabetStep = 1e-4;   // between the scores of characters that got lost on the way

double digamma(double x) {
  double result = 0;
  for (; x < 7; ++x) result -= 1 / x;
  x -= 0.5;
  const double square = 1 / (x * x);
  return result + std::log(x) +
         square * (1.0 / 24 - square * (7.0 / 960 - square * (31.0 / 8064 - square * 127.0 / 30720)));
}

class Trainer {
 public:
  Trainer(CountedWords words, const UnigramTrainerOptions& options)
      : options_(options), words_(std::move(words), options.limit_alphabet) {
    if (static_cast<int64_t>(words_.alphabet().size()) > options.num_pieces) {
      throw Error(
          fmt::format("[Unigram trainer] there is room for {} pieces beside the special tokens, but the "
                      "alphabet has {} characters: ask for a larger vocabulary, or limit the alphabet",
                      options.num_pieces, words_.alphabet().size()));
    }
    // All expected counts together are at most the number of characters, which must fit.
    const double largest = std::max(1.0, static_cast<double>(words_.num_characters()));
    units_ = std::ldexp(1.0, std::min(40, 61 - std::ilogb(largest)));
    add_seeds();
  }

  UnigramPieces run() {
    const auto first_size = static_cast<size_t>(kFirstSize * static_cast<double>(options_.num_pieces));
    while (true) {
      for (int step = 0; step < kStepsPerRound; ++step) {
        if (options_.on_progress) options_.on_progress(static_cast<int64_t>(pieces_.texts.size()));
        improve();
      }
      const size_t size = pieces_.texts.size();
      if (size <= first_size) break;
      prune(first_size);
      if (pieces_.texts.size() == size) break;  // none can go
    }
    return finish();
  }

 private:
  void add_seeds() {
    double sum = 0;
    const auto add = [&](std::string_view text, int64_t score) {
      pieces_.texts.emplace_back(text);
      pieces_.scores.push_back(static_cast<double>(score));
      sum += static_cast<double>(score);
    };
    for (const auto& character : words_.alphabet()) add(character.text, character.count);
    for (const Substring& substring : frequent_substrings(words_, options_.max_piece_length, options_.num_seeds)) {
      add(substring.text, substring.score);
    }
    for (double& score : pieces_.scores) score = std::log(score) - std::log(sum);
  }

  // Calls visit(word, memory, counts) for all words on all threads and returns the sum of the counts, one for each
  // piece. Whole numbers: their sum is the same in any order.
  template <typename Visit>
  std::vector<int64_t> count(const Visit& visit) const {
    std::vector<std::vector<int64_t>> counts(static_cast<size_t>(num_threads()));
    constexpr int64_t kLanesPerThread = 16;  // neighbouring words are alike: each thread gets some from everywhere
    const auto num_threads = static_cast<int64_t>(counts.size());
    const int64_t num_lanes = num_threads * kLanesPerThread;
    const auto num_words = static_cast<int64_t>(words_.size());
    parallel_for(0, num_threads, 1, [&](int64_t first, int64_t last) {
      UnigramLattice::Memory memory;
      for (int64_t thread = first; thread < last; ++thread) {
        auto& own = counts[static_cast<size_t>(thread)];
        own.assign(pieces_.texts.size(), 0);
        for (int64_t lane = thread; lane < num_lanes; lane += num_threads) {
          for (int64_t word = num_words * lane / num_lanes; word < num_words * (lane + 1) / num_lanes; ++word) {
            visit(static_cast<size_t>(word), memory, own);
          }
        }
      }
    });
    for (size_t thread = 1; thread < counts.size(); ++thread) {
      for (size_t i = 0; i < counts[0].size(); ++i) counts[0][i] += counts[thread][i];
    }
    return std::move(counts[0]);
  }

  // One step of expectation maximization, with the Bayesian estimate of SentencePiece: digamma instead of log favours
  // pieces that come often.
  void improve() {
    const UnigramLattice lattice(pieces_);
    const auto expected = count([&](size_t word, UnigramLattice::Memory& memory, std::vector<int64_t>& counts) {
      const double scale = static_cast<double>(words_.count(word)) * units_;
      lattice.marginals(words_.text(word), memory, [&](int32_t piece, double probability) {
        counts[static_cast<size_t>(piece)] += std::llrint(probability * scale);
      });
    });
    const int64_t fewest = fewest_expected(expected);
    UnigramPieces kept;
    double sum = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      if (expected[i] < fewest) continue;
      const double value = std::max(static_cast<double>(expected[i]) / units_, kFewestExpected);
      kept.texts.push_back(std::move(pieces_.texts[i]));
      kept.scores.push_back(value);
      sum += value;
    }
    const double log_sum = digamma(sum);
    for (double& score : kept.scores) score = digamma(score) - log_sum;
    pieces_ = std::move(kept);
  }

  // A piece that is expected less often goes, as long as there are more than are wanted.
  int64_t fewest_expected(std::vector<int64_t> expected) const {
    const auto fewest = static_cast<int64_t>(kFewestExpected * units_);
    const auto num_wanted = std::min(static_cast<size_t>(options_.num_pieces), expected.size());
    if (num_wanted == 0) return fewest;
    const auto last_wanted = expected.begin() + static_cast<ptrdiff_t>(num_wanted) - 1;
    std::nth_element(expected.begin(), last_wanted, expected.end(), std::greater<>());
    return std::min(fewest, *last_wanted);
  }

  // What the likelihood of the words loses without a piece, which then are spelled by the next best way: as a unigram
  // model of the pieces' counts in the best ways sees it.
  void prune(size_t first_size) {
    const UnigramLattice lattice(pieces_);
    const auto counts = count([&](size_t word, UnigramLattice::Memory& memory, std::vector<int64_t>& own) {
      lattice.best_way(words_.text(word), memory);
      for (const int32_t piece : memory.pieces) {
        if (piece != UnigramLattice::kUnknown) own[static_cast<size_t>(piece)] += words_.count(word);
      }
    });
    const auto sum = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    const double log_sum = std::log(sum);

    enum class Fate : uint8_t { kDropped, kKept, kCandidate };
    std::vector<Fate> fates(counts.size(), Fate::kDropped);
    std::vector<double> losses(counts.size(), 0);
    parallel_for(0, static_cast<int64_t>(counts.size()), 4096, [&](int64_t first, int64_t last) {
      UnigramLattice::Memory memory;
      for (auto i = static_cast<size_t>(first); i < static_cast<size_t>(last); ++i) {
        const double score = lattice.best_way(pieces_.texts[i], memory, /*without_it=*/true);
        const bool has_other = !memory.pieces.empty() && std::find(memory.pieces.begin(), memory.pieces.end(),
                                                                   UnigramLattice::kUnknown) == memory.pieces.end();
        if (!has_other) {
          fates[i] = Fate::kKept;
          continue;
        }
        if (score > pieces_.scores[i] || counts[i] == 0) {
          if (counts[i] > 0) fates[i] = Fate::kKept;
          continue;
        }
        const auto own = static_cast<double>(counts[i]);
        const double log_other_sum = std::log(sum + own * static_cast<double>(memory.pieces.size() - 1));
        double log_other = 0;
        for (const int32_t piece : memory.pieces) {
          log_other += std::log(static_cast<double>(counts[static_cast<size_t>(piece)]) + own) - log_other_sum;
        }
        losses[i] = own * (std::log(own) - log_sum - log_other);
        fates[i] = Fate::kCandidate;
      }
    });

    UnigramPieces kept;
    std::vector<uint32_t> candidates, dropped;
    const auto keep = [&](size_t i) {
      kept.texts.push_back(std::move(pieces_.texts[i]));
      kept.scores.push_back(pieces_.scores[i]);
    };
    for (size_t i = 0; i < counts.size(); ++i) {
      if (fates[i] == Fate::kKept) keep(i);
      if (fates[i] == Fate::kCandidate) candidates.push_back(static_cast<uint32_t>(i));
      if (fates[i] == Fate::kDropped) dropped.push_back(static_cast<uint32_t>(i));
    }
    const size_t size =
        std::max(first_size, static_cast<size_t>(options_.shrinking_factor * static_cast<double>(counts.size())));
    std::stable_sort(candidates.begin(), candidates.end(),
                     [&](uint32_t a, uint32_t b) { return losses[a] > losses[b]; });
    for (const uint32_t i : candidates) {
      if (kept.texts.size() >= size) break;
      keep(i);
    }
    // Rather one that is in no best way than fewer than are wanted.
    std::stable_sort(dropped.begin(), dropped.end(),
                     [&](uint32_t a, uint32_t b) { return pieces_.scores[a] > pieces_.scores[b]; });
    for (const uint32_t i : dropped) {
      if (static_cast<int64_t>(kept.texts.size()) >= options_.num_pieces) break;
      keep(i);
    }
    pieces_ = std::move(kept);
  }

  // The alphabet, and of the others those with the largest scores.
  UnigramPieces finish() {
    std::unordered_map<std::string_view, double> score_of;
    double worst = 0;
    for (size_t i = 0; i < pieces_.texts.size(); ++i) {
      score_of.emplace(pieces_.texts[i], pieces_.scores[i]);
      worst = std::min(worst, pieces_.scores[i]);
    }
    struct Piece {
      std::string_view text;
      double score;
    };
    const auto is_better = [](const Piece& a, const Piece& b) {
      return a.score != b.score ? a.score > b.score : a.text < b.text;
    };
    std::vector<Piece> chosen, others;
    std::unordered_set<std::string_view> alphabet;
    double penalty = 0;
    for (const auto& character : words_.alphabet()) {
      alphabet.insert(character.text);
      const auto found = score_of.find(character.text);
      chosen.push_back({character.text, found != score_of.end() ? found->second : worst + penalty});
      if (found == score_of.end()) penalty -= kAlphabetStep;
    }
    for (const auto& [text, score] : score_of) {
      if (!alphabet.contains(text)) others.push_back({text, score});
    }
    std::sort(others.begin(), others.end(), is_better);
    const size_t room = static_cast<size_t>(options_.num_pieces) - chosen.size();
    chosen.insert(chosen.end(), others.begin(), others.begin() + static_cast<ptrdiff_t>(std::min(room, others.size())));
    std::sort(chosen.begin(), chosen.end(), is_better);
    UnigramPieces result;
    for (const Piece& piece : chosen) {
      result.texts.emplace_back(piece.text);
      result.scores.push_back(piece.score);
    }
    return result;
  }

  const UnigramTrainerOptions& options_;
  UnigramWords words_;
  double units_;  // of an expected count: powers of two in whole numbers
  UnigramPieces pieces_;
};

}  // namespace

UnigramPieces train_unigram(CountedWords words, const UnigramTrainerOptions& options) {
  return Trainer(std::move(words), options).run();
}

}  // namespace slm::text
