#include "slm/text/tokenizer_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/text/tokenizer.h"
#include "slm/text/utf8.h"
#include "storage/scratch_folder.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

std::string train(const TokenizerTrainerOptions& options, const std::vector<std::string>& texts) {
  TokenizerTrainer trainer(options);
  for (const std::string& text : texts) trainer.add(text);
  return trainer.finish();
}

TokenizerTrainerOptions bpe_options(const Json& fixture) {
  TokenizerTrainerOptions options;
  const std::map<std::string, WordPattern> patterns = {{"gpt2", WordPattern::kGpt2},
                                                       {"cl100k", WordPattern::kCl100k},
                                                       {"qwen2", WordPattern::kQwen2},
                                                       {"o200k", WordPattern::kO200k},
                                                       {"bert", WordPattern::kBert}};
  options.pattern = patterns.at(fixture["pattern"]);
  options.lowercase = fixture.value("lowercase", 0) == 1;
  options.vocab_size = fixture["size"];
  options.min_frequency = fixture.value("min_frequency", 0);
  if (fixture.contains("max_length")) options.max_token_length = fixture["max_length"].get<size_t>();
  options.special_tokens = fixture.value("special", std::vector<std::string>());
  return options;
}

TEST(TokenizerTrainer, LearnsTheMergesThatHuggingFaceLearns) {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/bpe_training.json");
  const Json fixtures = Json::parse(file);
  const auto texts = fixtures[0]["texts"].get<std::vector<std::string>>();
  ASSERT_GE(fixtures.size(), 10u);
  for (size_t i = 1; i < fixtures.size(); ++i) {
    if (fixtures[i].contains("limit_alphabet")) continue;
    SCOPED_TRACE(i);
    const Json document = Json::parse(train(bpe_options(fixtures[i]), texts));
    std::vector<std::string> merges;
    for (const Json& merge : document["model"]["merges"]) {
      merges.push_back(merge[0].get<std::string>() + " " + merge[1].get<std::string>());
    }
    EXPECT_EQ(merges, fixtures[i]["merges"].get<std::vector<std::string>>());
  }
}

TEST(TokenizerTrainer, KeepsTheCharactersThatHuggingFaceKeepsOfALimitedAlphabet) {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/bpe_training.json");
  const Json fixtures = Json::parse(file);
  int num_compared = 0;
  for (size_t i = 1; i < fixtures.size(); ++i) {
    if (!fixtures[i].contains("limit_alphabet")) continue;
    const Json document = Json::parse(train({.type = TokenizerType::kWordPiece,
                                             .vocab_size = 400,
                                             .lowercase = true,
                                             .limit_alphabet = fixtures[i]["limit_alphabet"].get<size_t>()},
                                            fixtures[0]["texts"]));
    std::set<std::string> characters;
    for (const auto& [token, id] : document["model"]["vocab"].items()) {
      const std::string text = token.starts_with("##") ? token.substr(2) : token;
      if (read_utf8(text, 0).length == static_cast<int>(text.size())) characters.insert(text);
    }
    EXPECT_EQ(characters, fixtures[i]["characters"].get<std::set<std::string>>());
    ++num_compared;
  }
  EXPECT_EQ(num_compared, 2);
}

// Of the best way to spell the texts; an unknown token scores 10 below the worst.
double log_likelihood(const std::string& document, const std::vector<std::string>& texts) {
  std::vector<double> scores;
  const Json vocab = Json::parse(document)["model"]["vocab"];
  for (const Json& entry : vocab) scores.push_back(entry[1]);
  scores[0] = *std::min_element(scores.begin(), scores.end()) - 10;
  const auto tokenizer = parse_tokenizer(document, "trained.json");
  double sum = 0;
  for (const std::string& text : texts) {
    for (const int32_t id : tokenizer->encode(text)) sum += scores[static_cast<size_t>(id)];
  }
  return sum;
}

TEST(TokenizerTrainer, LearnsUnigramModelsThatMakeNewTextAsLikelyAsHuggingFaceDoes) {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/unigram_training.json");
  const Json fixtures = Json::parse(file);
  for (size_t i = 1; i < fixtures.size(); ++i) {
    const int32_t size = fixtures[i]["size"];
    const std::string document = train({.type = TokenizerType::kUnigram, .vocab_size = size}, fixtures[0]["training"]);
    EXPECT_EQ(Json::parse(document)["model"]["vocab"].size(), static_cast<size_t>(size));
    const double theirs = fixtures[i]["log_likelihood"];
    EXPECT_GT(log_likelihood(document, fixtures[0]["held_out"]), theirs * 1.01);  // both are negative
  }
}

TEST(TokenizerTrainer, MergesTheMostFrequentPairAndOfEqualsTheOneWithSmallerIds) {
  // "ab" comes 3 times, "bc" and "ca" twice; the b of "bc" and the a of "ca" were taken by "ab" where they touch it.
  const Json document = Json::parse(train({.vocab_size = 259}, {"ab", "ab", "ab", "ca", "ca", "bc", "bc"}));
  const Json expected = Json::parse(R"([["a", "b"], ["b", "c"], ["c", "a"]])");
  EXPECT_EQ(document["model"]["merges"], expected);
}

TEST(TokenizerTrainer, TheOrderOfTheTextsDoesNotMatter) {
  std::vector<std::string> texts = {"the cat sat on the mat", "a dog, a log & a fog!", "the the them", "naïve café"};
  for (const TokenizerType type :
       {TokenizerType::kBpe, TokenizerType::kWordPiece, TokenizerType::kUnigram, TokenizerType::kChar}) {
    const TokenizerTrainerOptions options{.type = type, .vocab_size = 300};
    const std::string one = train(options, texts);
    std::reverse(texts.begin(), texts.end());
    EXPECT_EQ(train(options, texts), one);
  }
}

TEST(TokenizerTrainer, NeitherThreadsNorMemoryMatter) {
  const test::ScratchFolder folder;
  std::mt19937 random(7);
  std::vector<std::string> texts;
  for (int i = 0; i < 30; ++i) {
    texts.emplace_back();
    for (size_t word = random() % 200; word > 0; --word) {
      texts.back() += std::to_string(random() % 1000 * (random() % 1000)) + (word % 9 == 0 ? " naïve\n" : " the 日本");
    }
  }
  const int before = num_threads();
  for (const TokenizerType type :
       {TokenizerType::kBpe, TokenizerType::kWordPiece, TokenizerType::kUnigram, TokenizerType::kChar}) {
    TokenizerTrainerOptions options{.type = type, .vocab_size = 500, .temporary_folder = folder.path()};
    set_num_threads(1);
    const std::string one = train(options, texts);
    options.max_memory_bytes = 0;
    for (const int threads : {1, 2, 3}) {
      set_num_threads(threads);
      EXPECT_EQ(train(options, texts), one) << threads;
      TokenizerTrainer trainer(options);
      const auto half = static_cast<int64_t>(texts.size() / 2);
      for (const int64_t first : {int64_t{0}, half}) {
        trainer.add(
            half, [&](int64_t i, const TokenizerTrainer::AddText& add) { add(texts[static_cast<size_t>(first + i)]); });
      }
      EXPECT_EQ(trainer.finish(), one) << threads;
    }
  }
  set_num_threads(before);
}

TEST(TokenizerTrainer, WhatItWritesLoadsAndDecodesWhatItEncodes) {
  const std::string text = "Hello, world! 42 tokens\n\tnaïve 日本 😀 <s>";
  for (const TokenizerType type : {TokenizerType::kBpe, TokenizerType::kChar, TokenizerType::kByte}) {
    for (const std::vector<std::string>& special : {std::vector<std::string>(), {"<s>", "<unk>"}}) {
      const auto tokenizer =
          parse_tokenizer(train({.type = type, .vocab_size = 280, .special_tokens = special}, {text}), "trained.json");
      const auto ids = tokenizer->encode(text);
      EXPECT_EQ(tokenizer->decode(ids, {.skip_special_tokens = false}), text);
      EXPECT_EQ(tokenizer->is_special(ids.back()), !special.empty());
    }
  }
}

TEST(TokenizerTrainer, WordPieceSpellsWordsByTheirPieces) {
  const auto tokenizer = parse_tokenizer(
      train({.type = TokenizerType::kWordPiece, .vocab_size = 60, .lowercase = true}, {"Playing play played PLAY"}),
      "t");
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("play playing", {.add_special_tokens = true})), "play playing");
  EXPECT_EQ(tokenizer->encode("zzz"), std::vector<int32_t>{1});  // [UNK]
}

std::string error_of(const TokenizerTrainerOptions& options, const std::vector<std::string>& texts) {
  try {
    train(options, texts);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TokenizerTrainer, SaysWhatIsWrong) {
  EXPECT_EQ(
      error_of({.vocab_size = 100}, {"text"}),
      "[tokenizer training] a vocabulary of 100 tokens has no room for 0 special tokens and an alphabet of 256 bytes: "
      "ask for at least 256 tokens");
  EXPECT_EQ(
      error_of({.type = TokenizerType::kWordPiece, .vocab_size = 6}, {"ab"}),
      "[tokenizer training] a vocabulary of 6 tokens has no room for 5 special tokens and an alphabet of 2 characters: "
      "ask for at least 7 tokens, or limit the alphabet");
  EXPECT_EQ(error_of({.type = TokenizerType::kChar, .vocab_size = 3, .special_tokens = {"<unk>"}}, {"aba", "c"}),
            "[tokenizer training] a vocabulary of 3 tokens has no room for 1 special tokens and an alphabet of 3 "
            "characters: ask for at least 4 tokens");
  EXPECT_EQ(error_of({.type = TokenizerType::kChar, .vocab_size = 3}, {"aba", "c"}), "no error");
  EXPECT_EQ(
      error_of({.type = TokenizerType::kByte, .vocab_size = 255}, {"a"}),
      "[tokenizer training] a vocabulary of 255 tokens has no room for 0 special tokens and 256 bytes: ask for at "
      "least 256 tokens");
  EXPECT_EQ(error_of({}, {""}), "[tokenizer training] the texts have no words to learn from");
  EXPECT_EQ(error_of({.special_tokens = {"<s>", "<s>"}}, {"a"}), "special tokens must be distinct and not empty");
  EXPECT_EQ(
      error_of({.type = TokenizerType::kUnigram, .vocab_size = 1}, {"ab"}),
      "[Unigram trainer] there is room for 0 pieces beside the special tokens, but the alphabet has 3 characters: "
      "ask for a larger vocabulary, or limit the alphabet");
  EXPECT_EQ(error_of({.type = TokenizerType::kWordPiece, .special_tokens = {"[CLS]"}}, {"a"}),
            "a WordPiece tokenizer needs [UNK] among its special tokens");
}

}  // namespace
}  // namespace slm::text
