#include "slm/text/word_cut.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "slm/text/text_cut.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

std::string random_word(std::mt19937& random, const std::vector<std::string>& letters, size_t size) {
  std::string word;
  while (word.size() < size) word += letters[random() % letters.size()];
  return word;
}

// Cuts as often as there is a place, and a few times at most.
Encoding encode_in_parts(const Tokenizer& tokenizer, std::string_view text, int& num_cuts) {
  Encoding all;
  size_t begin = 0, num_before = 0;
  for (bool is_end = false; !is_end;) {
    const std::string_view rest = text.substr(begin - num_before);
    size_t end = rest.size() > kWordWindow ? tokenizer.find_word_cut(rest, num_before) : 0;
    is_end = end == 0;
    num_cuts += !is_end;
    if (is_end) end = rest.size();
    const Encoding part = tokenizer.encode_with_offsets(rest.substr(0, end), {.num_before = num_before});
    EXPECT_EQ(tokenizer.encode(rest.substr(0, end), {.num_before = num_before}), part.ids);
    all.ids.insert(all.ids.end(), part.ids.begin(), part.ids.end());
    const auto moved = static_cast<int64_t>(begin - num_before);
    for (const TokenOffsets& place : part.offsets) all.offsets.push_back({place.begin + moved, place.end + moved});
    begin += end - num_before;
    num_before = last_character_size(text.substr(0, begin));
  }
  return all;
}

TEST(WordCut, PartsOfLongWordsHaveTheTokensOfTheWhole) {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/tokenizers.json");
  std::mt19937 random(9);
  const std::vector<std::string> base64 = {"a", "Q", "z", "R", "7", "0", "+", "/", "the", "3"};
  const std::vector<std::string> words = {
      std::string(90'000, 'x'),
      random_word(random, {"e", "a", "t", "n", "o", "i", "th"}, 90'000),
      random_word(random, {"A", "C", "G", "T"}, 90'000),
      random_word(random, base64, 90'000),
      random_word(random, {"日", "本", "語", "東", "京"}, 90'000),
      random_word(random, {"=", "-", "#"}, 70'000) + random_word(random, {"a", "b"}, 60'000),
      "it's " + random_word(random, {"s", "t", "m"}, 70'000) + "'s end",
  };
  std::vector<std::string> cut;
  for (const Json& fixture : Json::parse(file)) {
    const auto tokenizer = parse_tokenizer(fixture["tokenizer"].dump(), fixture["name"]);
    if (tokenizer->find_word_cut(words[0], 0) == 0) continue;
    int num_cuts = 0;
    for (const std::string& word : words) {
      const Encoding whole = tokenizer->encode_with_offsets(word);
      const Encoding parts = encode_in_parts(*tokenizer, word, num_cuts);
      ASSERT_TRUE(parts.ids == whole.ids) << fixture["name"] << ": " << word.substr(0, 40);
      ASSERT_TRUE(parts.offsets == whole.offsets) << fixture["name"] << ": " << word.substr(0, 40);
    }
    EXPECT_GE(num_cuts, 6) << fixture["name"];
    cut.push_back(fixture["name"]);
  }
  EXPECT_EQ(cut, (std::vector<std::string>{"cl100k pattern", "qwen2 pattern", "o200k pattern", "llama 2"}));
}

TEST(WordCut, CharactersAndBytesAreCutAnywhere) {
  EXPECT_EQ(make_byte_tokenizer()->find_word_cut("\xE6\x97", 0), 2u);
  const auto characters = train_char_tokenizer("日本x");
  EXPECT_EQ(characters->find_word_cut("日本\xE6\x97", 0), 6u);
  EXPECT_EQ(characters->find_word_cut("日\xE6\x97", 3), 0u);
}

}  // namespace
}  // namespace slm::text
