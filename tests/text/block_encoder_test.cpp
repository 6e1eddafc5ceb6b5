// Texts without a place to cut, in blocks of any size: the tokens are those of the whole text, which the fixtures and
// tests/peers hold to the Hugging Face library.
#include "slm/text/block_encoder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "random_pipeline.h"
#include "slm/core/error.h"
#include "slm/text/tokenizer.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

// A few runs, some long: of a letter, a character that leaves nothing, white space, several in turns.
std::string random_runs(std::mt19937& random, const std::vector<std::string>& parts, size_t longest) {
  std::string text;
  for (size_t i = random() % 4 + 1; i > 0; --i) {
    std::string run;
    for (size_t left = random() % 3 == 0 ? random() % 3 : 0; left-- > 0;) run += parts[random() % parts.size()];
    run += parts[random() % parts.size()];
    for (size_t left = random() % 2 == 0 ? random() % longest : 1; left-- > 0;) text += run;
  }
  return text;
}

Encoding encode_in_blocks(const Tokenizer& tokenizer, std::string_view text, const BlockEncoderOptions& options,
                          size_t block_bytes) {
  Encoding encoding;
  const auto encoder = tokenizer.block_encoder(options);
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), block_bytes))) {
    encoder->push(text.substr(0, block_bytes), encoding);
  }
  encoder->finish(encoding);
  return encoding;
}

void expect_the_tokens_of_the_whole(const Tokenizer& tokenizer, std::string_view text, std::mt19937& random) {
  Encoding whole, blocks, ids_alone;
  const size_t window = random() % 60 + 20, block = random() % 100 + 1;
  std::string error, error_of_blocks;
  try {
    whole = tokenizer.encode_with_offsets(text);
  } catch (const Error& e) {
    error = e.what();
  }
  try {
    blocks = encode_in_blocks(tokenizer, text, {.before = "", .window_bytes = window}, block);
    ids_alone = encode_in_blocks(tokenizer, text, {.before = "", .has_offsets = false, .window_bytes = window}, block);
  } catch (const Error& e) {
    error_of_blocks = e.what();
  }
  SCOPED_TRACE(testing::PrintToString(std::string(text.substr(0, 400))) + ", window " + std::to_string(window));
  ASSERT_EQ(error_of_blocks.empty(), error.empty()) << error << error_of_blocks;
  if (!error.empty()) return;
  const auto first_difference = std::mismatch(blocks.ids.begin(), blocks.ids.end(), whole.ids.begin(), whole.ids.end());
  ASSERT_TRUE(blocks.ids == whole.ids) << "token " << first_difference.first - blocks.ids.begin();
  const auto other_place = std::mismatch(blocks.offsets.begin(), blocks.offsets.end(), whole.offsets.begin());
  ASSERT_TRUE(blocks.offsets == whole.offsets)
      << "token " << other_place.first - blocks.offsets.begin() << ": " << other_place.first->begin << " "
      << other_place.first->end << ", expected " << other_place.second->begin << " " << other_place.second->end;
  ASSERT_TRUE(ids_alone.ids == whole.ids);
}

TEST(BlockEncoder, BlocksHaveTheTokensOfTheWholeInEveryPipeline) {
  std::mt19937 random(17);
  int num_encoders = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string document = test::random_pipeline(random);
    const auto tokenizer = parse_tokenizer(document, "t.json");
    if (!tokenizer->block_encoder({})) continue;
    ++num_encoders;
    SCOPED_TRACE(document);
    for (int repeat = 0; repeat < 6; ++repeat) {
      const std::string text = random_runs(random, test::pipeline_text_parts(), 60);
      ASSERT_NO_FATAL_FAILURE(expect_the_tokens_of_the_whole(*tokenizer, text, random));
    }
  }
  EXPECT_GT(num_encoders, 250);
}

std::vector<std::pair<std::string, std::shared_ptr<const Tokenizer>>> fixtures() {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/tokenizers.json");
  std::vector<std::pair<std::string, std::shared_ptr<const Tokenizer>>> tokenizers;
  for (const Json& fixture : Json::parse(file)) {
    const std::string name = fixture["name"];
    Json document = fixture["tokenizer"];
    tokenizers.emplace_back(name, parse_tokenizer(document.dump(), name));
    if (!name.ends_with("pattern")) continue;
    document["model"]["ignore_merges"] = true;
    tokenizers.emplace_back(name + ", merges ignored", parse_tokenizer(document.dump(), name));
    document["normalizer"] = {{"type", "NFC"}};
    tokenizers.emplace_back(name + ", NFC", parse_tokenizer(document.dump(), name));
    document["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"use_regex", true}};
    document["post_processor"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}};
    tokenizers.emplace_back(name + ", space before", parse_tokenizer(document.dump(), name));
  }
  tokenizers.emplace_back("byte", make_byte_tokenizer());
  return tokenizers;
}

const std::vector<std::string>& parts_of_runs() {
  static const std::vector<std::string> parts = {"x",       "e",      "the",      "A",     "Z",
                                                 "7",       "12",     "日",       "本",    "é",
                                                 "e\u0301", "\u0301", "ﬁ",        "한",    " ",
                                                 "  ",      "\n",     "\r\n",     "\t",    "\u00A0",
                                                 "\u3000",  ".",      ",",        "'",     "'s",
                                                 "!",       "/",      "#=",       "\x01",  "\u200d",
                                                 "🙂",    "。",     "<s>",      "[SEP]", "<|endoftext|>",
                                                 "\xff",    "\x80",   "\xe6\x97", "½",     "الع"};
  return parts;
}

TEST(BlockEncoder, RunsOfAnythingHaveTheTokensOfTheWhole) {
  std::mt19937 random(23);
  for (const auto& [name, tokenizer] : fixtures()) {
    SCOPED_TRACE(name);
    ASSERT_NE(tokenizer->block_encoder({}), nullptr);
    for (int repeat = 0; repeat < 150; ++repeat) {
      const std::string text = random_runs(random, parts_of_runs(), 100);
      ASSERT_NO_FATAL_FAILURE(expect_the_tokens_of_the_whole(*tokenizer, text, random));
    }
  }
}

TEST(BlockEncoder, LongWordsHaveTheTokensOfTheWhole) {
  std::mt19937 random(9);
  const auto word_of = [&](const std::vector<std::string>& letters, size_t size) {
    std::string word;
    while (word.size() < size) word += letters[random() % letters.size()];
    return word;
  };
  const std::vector<std::string> words = {std::string(9000, 'x'),
                                          word_of({"e", "a", "t", "n", "o", "i", "th"}, 9000),
                                          word_of({"A", "C", "G", "T"}, 9000),
                                          word_of({"a", "Q", "z", "R", "7", "0", "+", "/", "the", "3"}, 9000),
                                          word_of({"日", "本", "語", "東", "京"}, 9000),
                                          "it's " + word_of({"s", "t", "m"}, 9000) + "'s end",
                                          word_of({"=", "-", "#"}, 7000) + word_of({"a", "b"}, 6000)};
  for (const auto& [name, tokenizer] : fixtures()) {
    SCOPED_TRACE(name);
    for (const std::string& word : words) {
      ASSERT_NO_FATAL_FAILURE(expect_the_tokens_of_the_whole(*tokenizer, word, random));
    }
  }
}

}  // namespace
}  // namespace slm::text
