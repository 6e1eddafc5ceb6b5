#include "slm/text/unigram_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/text/frequent_substrings.h"

namespace slm::text {
namespace {

CountedWords counted(const std::map<std::string, int64_t>& words) {
  std::vector<WordCounts> tables(1);
  for (const auto& [word, count] : words) tables[0].add(word, count);
  return CountedWords(std::move(tables));
}

std::map<std::string, int64_t> random_words(int seed, size_t number) {
  std::mt19937 random(static_cast<unsigned>(seed));
  static const std::vector<std::string> kParts = {"a", "b", "ab", "ing", "é", "日", "本", "▁", "er", "st"};
  std::map<std::string, int64_t> words;
  while (words.size() < number) {
    std::string word;
    for (size_t i = random() % 6 + 1; i > 0; --i) word += kParts[random() % kParts.size()];
    words[word] = static_cast<int64_t>(random() % 20 + 1);
  }
  return words;
}

std::vector<std::string> characters_of(const std::string& word) {
  std::vector<std::string> characters;
  for (const char c : word) {
    if ((c & 0xC0) != 0x80) characters.emplace_back();
    characters.back() += c;
  }
  return characters;
}

TEST(FrequentSubstrings, AreThoseOfASuffixTree) {
  const size_t max_characters = 5;
  for (const int seed : {1, 2, 3}) {
    const auto words = random_words(seed, 40);
    // Where each substring stands, and what comes behind it: a character, or the end of that very word.
    std::map<std::string, int64_t> places;
    std::map<std::string, std::set<std::string>> followers;
    for (const auto& [word, count] : words) {
      const auto characters = characters_of(word);
      for (size_t begin = 0; begin < characters.size(); ++begin) {
        std::string substring;
        for (size_t end = begin; end < std::min(characters.size(), begin + max_characters);) {
          substring += characters[end++];
          ++places[substring];
          const bool is_long = end - begin == max_characters;
          const std::string place = word + "/" + std::to_string(begin);
          followers[substring].insert(end < characters.size() && !is_long ? characters[end] : "end of " + place);
        }
      }
    }
    std::map<std::string, int64_t> expected;
    for (const auto& [substring, number] : places) {
      const auto length = static_cast<int64_t>(characters_of(substring).size());
      if (length >= 2 && number >= 2 && followers[substring].size() >= 2) expected[substring] = number * length;
    }
    const UnigramWords unigram_words(counted(words), SIZE_MAX);
    const auto found = frequent_substrings(unigram_words, max_characters, SIZE_MAX);
    std::map<std::string, int64_t> got;
    for (const Substring& substring : found) got.emplace(substring.text, substring.score);
    EXPECT_EQ(got, expected);
    EXPECT_TRUE(
        std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
    const auto best = frequent_substrings(unigram_words, max_characters, 7);
    ASSERT_EQ(best.size(), 7u);
    for (size_t i = 0; i < best.size(); ++i) EXPECT_EQ(best[i].text, found[i].text);
  }
}

// Goes through all ways to spell `word`; calls visit(pieces, log probability).
template <typename Visit>
void all_ways(const std::string& word, const UnigramPieces& pieces, std::vector<size_t>& way, double score,
              const Visit& visit) {
  if (word.empty()) return visit(way, score);
  for (size_t i = 0; i < pieces.texts.size(); ++i) {
    if (!word.starts_with(pieces.texts[i])) continue;
    way.push_back(i);
    all_ways(word.substr(pieces.texts[i].size()), pieces, way, score + pieces.scores[i], visit);
    way.pop_back();
  }
}

TEST(UnigramLattice, GivesTheSumsOverAllWays) {
  const UnigramPieces pieces{{"a", "b", "é", "ab", "bé", "aba", "baéb", "éb"}, {-1, -2, -3, -1.5, -2.5, -2, -4, -3.5}};
  const UnigramLattice lattice(pieces);
  UnigramLattice::Memory memory;
  for (const std::string word : {"a", "ab", "abab", "ababaébéaab", "baébabaéb"}) {
    double sum = 0, best = -INFINITY, best_of_several = -INFINITY;
    std::vector<double> expected(pieces.texts.size(), 0), got(pieces.texts.size(), 0);
    std::vector<size_t> way, best_way;
    all_ways(word, pieces, way, 0.0, [&](const auto& found, double score) {
      sum += std::exp(score);
      for (const size_t piece : found) expected[piece] += std::exp(score);
      if (found.size() > 1) best_of_several = std::max(best_of_several, score);
      if (score > best) best_way = found;
      best = std::max(best, score);
    });
    const double log_sum = lattice.marginals(
        word, memory, [&](int32_t piece, double probability) { got[static_cast<size_t>(piece)] += probability; });
    EXPECT_NEAR(log_sum, std::log(sum), 1e-12);
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i] / sum, 1e-12) << word << ' ' << i;
    EXPECT_NEAR(lattice.best_way(word, memory), best, 1e-12);
    std::reverse(memory.pieces.begin(), memory.pieces.end());
    EXPECT_EQ(std::vector<size_t>(memory.pieces.begin(), memory.pieces.end()), best_way);
    const double without_it = lattice.best_way(word, memory, /*without_it=*/true);
    if (word == "a") {
      EXPECT_TRUE(memory.pieces.empty());
    } else {
      EXPECT_NEAR(without_it, best_of_several, 1e-12);
    }
  }
}

TEST(UnigramTrainer, LearnsTheSameOnAnyNumberOfThreads) {
  const auto words = random_words(5, 500);
  const int before = num_threads();
  UnigramPieces first;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    const UnigramPieces pieces = train_unigram(counted(words), {.num_pieces = 60});
    if (threads == 1) first = pieces;
    EXPECT_EQ(pieces.texts, first.texts);
    EXPECT_EQ(pieces.scores, first.scores);
  }
  set_num_threads(before);
  EXPECT_EQ(first.texts.size(), 60u);
  EXPECT_TRUE(std::is_sorted(first.scores.rbegin(), first.scores.rend()));
}

TEST(UnigramTrainer, KeepsTheWholeAlphabetAndLongPieces) {
  const UnigramPieces pieces = train_unigram(
      counted({{"▁internationalization", 500}, {"▁nation", 80}, {"▁x", 1}, {"▁日本", 1}}), {.num_pieces = 40});
  for (const char* character : {"x", "日", "本", "▁", "z"}) {
    EXPECT_NE(std::find(pieces.texts.begin(), pieces.texts.end(), character), pieces.texts.end()) << character;
  }
  const UnigramPieces few = train_unigram(counted({{"aaab", 9}, {"aac", 1}}), {.num_pieces = 3, .limit_alphabet = 2});
  EXPECT_EQ(std::find(few.texts.begin(), few.texts.end(), "c"), few.texts.end());
}

TEST(UnigramTrainer, LearnsAsManyPiecesAsAreWantedFromFewWords) {
  for (const int seed : {1, 2, 3, 4, 5}) {
    const auto words = random_words(seed, 30);
    const UnigramWords unigram_words(counted(words), SIZE_MAX);
    const size_t num_seeds = unigram_words.alphabet().size() + frequent_substrings(unigram_words, 16, SIZE_MAX).size();
    for (size_t num_pieces = unigram_words.alphabet().size(); num_pieces <= num_seeds; ++num_pieces) {
      const auto pieces = train_unigram(counted(words), {.num_pieces = static_cast<int64_t>(num_pieces)});
      EXPECT_EQ(pieces.texts.size(), num_pieces) << "seed " << seed;
    }
  }
}

TEST(UnigramTrainer, SaysThatTheAlphabetIsTooLarge) {
  try {
    train_unigram(counted({{"abcdef", 1}}), {.num_pieces = 5});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[Unigram trainer] there is room for 5 pieces beside the special tokens, but the alphabet has 6 "
                 "characters: ask for a larger vocabulary, or limit the alphabet");
  }
}

}  // namespace
}  // namespace slm::text
