#include "slm/text/wordpiece_model.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace slm::text {
namespace {

constexpr int32_t kUnknown = 0;

std::string random_word(std::mt19937& random, size_t max_parts) {
  static const std::vector<std::string> kParts = {"a", "a", "b", "ab", "é", "日", "#"};
  std::string word;
  for (size_t i = random() % max_parts + 1; i > 0; --i) word += kParts[random() % kParts.size()];
  return word;
}

// Tokens on both sides of the 15 bytes that are looked up in registers.
WordPieceModel random_model(std::mt19937& random, int64_t max_chars) {
  Vocabulary vocabulary;
  vocabulary.add("[UNK]", kUnknown);
  for (size_t i = random() % 80 + 1; i > 0; --i) {
    const std::string prefix = random() % 2 == 0 ? "##" : "";
    vocabulary.add(prefix + random_word(random, random() % 5 == 0 ? 30 : 5), vocabulary.size());
  }
  return WordPieceModel(std::move(vocabulary), {.max_input_chars_per_word = max_chars});
}

// By the definition: the longest token at each place, in the vocabulary itself.
std::vector<int32_t> expected_ids(const WordPieceModel& model, const std::string& word) {
  int64_t num_characters = 0;
  for (const char c : word) num_characters += (static_cast<unsigned char>(c) >> 6) == 2 ? 0 : 1;
  if (num_characters > model.options().max_input_chars_per_word) return {kUnknown};
  std::vector<int32_t> ids;
  for (size_t begin = 0; begin < word.size();) {
    size_t length = word.size() - begin;
    const auto id_of = [&] {
      const std::string piece = (begin > 0 ? "##" : "") + word.substr(begin, length);
      return model.vocabulary().find(piece);
    };
    while (length > 0 && id_of() == kNoToken) --length;
    if (length == 0) return {kUnknown};
    ids.push_back(id_of());
    begin += length;
  }
  return ids;
}

TEST(WordPieceModel, TakesTheLongestTokenAtEachPlace) {
  std::mt19937 random(5);
  size_t num_spelled = 0, num_words = 0;
  for (int round = 0; round < 200; ++round) {
    const WordPieceModel model = random_model(random, round % 4 == 0 ? 9 : 100);
    for (int i = 0; i < 200; ++i, ++num_words) {
      const std::string word = random_word(random, 1 + random() % 40);
      SCOPED_TRACE(word);
      const std::vector<int32_t> expected = expected_ids(model, word);
      num_spelled += expected[0] != kUnknown ? 1 : 0;

      std::vector<ModelToken> tokens;
      model.tokenize(word, tokens);
      std::vector<int32_t> ids;
      size_t end = 0;
      for (const ModelToken& token : tokens) {
        ids.push_back(token.id);
        EXPECT_EQ(token.begin, end);
        end = token.end;
      }
      ASSERT_EQ(ids, expected);
      EXPECT_EQ(end, word.size());

      ids.assign(word.size(), kNoToken);
      ids.resize(static_cast<size_t>(model.tokenize(word, ids.data()) - ids.data()));
      ASSERT_EQ(ids, expected);
      if (word.size() > ShortWord::kMaxBytes) continue;
      ids.assign(word.size(), kNoToken);
      ids.resize(static_cast<size_t>(model.tokenize(ShortWord::of(word), ids.data()) - ids.data()));
      ASSERT_EQ(ids, expected);
    }
  }
  // Both outcomes are common, or the test says little.
  EXPECT_GT(num_spelled, num_words / 10);
  EXPECT_LT(num_spelled, num_words * 9 / 10);
}

}  // namespace
}  // namespace slm::text
