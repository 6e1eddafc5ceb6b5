// Long texts, made of the fixtures' short ones: the fast encoders, which read 64 bytes at once, parts, blocks and
// threads against the pipeline, which the fixtures hold to the Hugging Face library.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "slm/core/parallel.h"
#include "slm/text/block_decoder.h"
#include "slm/text/encode_batch.h"
#include "slm/text/text_cut.h"
#include "slm/text/tokenizer.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

struct Case {
  std::string name;
  std::shared_ptr<const Tokenizer> tokenizer;
  std::vector<std::string> texts;  // 50 to 400 bytes, some not UTF-8
};

std::vector<Case> make_cases() {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/tokenizers.json");
  Json fixtures = Json::parse(file);
  const auto is_byte_level = [](const Json& fixture) { return fixture["name"] == "cl100k pattern"; };
  Json with_space = *std::find_if(fixtures.begin(), fixtures.end(), is_byte_level);
  with_space["name"] = "a space before each text";
  with_space["tokenizer"]["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"use_regex", true}};
  fixtures.push_back(with_space);
  std::mt19937 random(7);
  std::vector<Case> cases;
  for (const Json& fixture : fixtures) {
    Case one{fixture["name"], parse_tokenizer(fixture["tokenizer"].dump(), fixture["name"]), {}};
    const Json& parts = fixture["cases"];
    const char* const between[] = {"", " ", "\n", ", ", "'s ", "x", "\xE3\x80\x80", "\xE3\x81", "  12 the "};
    for (int i = 0; i < 60; ++i) {
      std::string text;
      const size_t size = 50 + random() % 350;
      while (text.size() < size) {
        text += parts[random() % parts.size()][0].get<std::string>().substr(0, 80);
        text += between[random() % std::size(between)];
      }
      one.texts.push_back(text);
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> made = make_cases();
  return made;
}

TEST(LongText, TheFastPathGivesTheIdsOfThePipeline) {
  for (const Case& one : cases()) {
    for (const std::string& text : one.texts) {
      for (const bool adds : {false, true}) {
        const EncodeOptions options{.add_special_tokens = adds};
        EXPECT_EQ(one.tokenizer->encode(text, options), one.tokenizer->encode_with_offsets(text, options).ids)
            << one.name << ": " << testing::PrintToString(text);
      }
    }
  }
}

// More words, more new ones, more ids for each byte than a block or a buffer has room for.
TEST(LongText, TextsThatFillEveryBufferGiveTheIdsOfThePipeline) {
  std::mt19937 random(11);
  const auto text_of = [&](size_t size, const auto& next) {
    std::string text;
    while (text.size() < size) text += next();
    return text;
  };
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::vector<std::string> texts = {
      text_of(9000, [&] { return static_cast<char>(random()); }),
      text_of(9000, [&] { return random() % 16 == 0 ? ' ' : letters[random() % letters.size()]; }),
      text_of(9000, [&] { return random() % 2 == 0 ? '7' : 'q'; }),
      text_of(9000, [&] { return random() % 40 == 0 ? '\n' : "#-"[random() % 2]; }),
      std::string(9000, ' ') + std::string(9000, 'z'),
  };
  for (const Case& one : cases()) {
    for (const std::string& text : texts) {
      EXPECT_EQ(one.tokenizer->encode(text), one.tokenizer->encode_with_offsets(text).ids) << one.name;
    }
  }
}

// The tokens of a text that is cut at each `stride`-th place that the tokenizer allows.
Encoding encode_in_parts(const Tokenizer& tokenizer, std::string_view text, int stride, int& num_cuts) {
  const auto allows = [&](char32_t before, char32_t after) { return tokenizer.allows_cut(before, after); };
  Encoding all;
  for (size_t begin = 0, end = 0; begin < text.size() || begin == 0; begin = end) {
    for (int i = 0; i < stride && end != kNoCut; ++i) end = next_cut(text, end + 1, allows);
    num_cuts += end != kNoCut;
    end = std::min(end, text.size());
    const size_t num_before = begin == 0 ? 0 : last_character_size(text.substr(0, begin));
    const std::string_view part = text.substr(begin - num_before, end - begin + num_before);
    const Encoding encoding = tokenizer.encode_with_offsets(part, {.num_before = num_before});
    EXPECT_EQ(tokenizer.encode(part, {.num_before = num_before}), encoding.ids) << testing::PrintToString(part);
    all.ids.insert(all.ids.end(), encoding.ids.begin(), encoding.ids.end());
    for (const auto& [token_begin, token_end] : encoding.offsets) {
      const auto moved = static_cast<int64_t>(begin - num_before);
      all.offsets.push_back({token_begin + moved, token_end + moved});
    }
    if (text.empty()) break;
  }
  return all;
}

TEST(LongText, PartsOfACutTextGiveTheTokensOfTheWhole) {
  std::vector<std::string> uncut;
  for (const Case& one : cases()) {
    int num_cuts = 0;
    for (const std::string& text : one.texts) {
      const Encoding whole = one.tokenizer->encode_with_offsets(text);
      for (const int stride : {1, 3}) {
        const Encoding parts = encode_in_parts(*one.tokenizer, text, stride, num_cuts);
        ASSERT_EQ(parts.ids, whole.ids) << one.name << ": " << testing::PrintToString(text);
        ASSERT_EQ(parts.offsets, whole.offsets) << one.name << ": " << testing::PrintToString(text);
      }
    }
    EXPECT_EQ(num_cuts > 0, one.tokenizer->is_cuttable()) << one.name;
    if (num_cuts < 200) uncut.push_back(one.name + " " + std::to_string(num_cuts));
  }
  EXPECT_EQ(uncut, std::vector<std::string>());
}

TEST(LongText, BlocksOfAnySizeDecodeToTheWhole) {
  for (const Case& one : cases()) {
    for (const std::string& text : one.texts) {
      const std::vector<int32_t> ids = one.tokenizer->encode(text);
      for (const size_t size : {1, 3, 50}) {
        const auto decoder = one.tokenizer->block_decoder();
        std::string joined;
        for (size_t at = 0; at < ids.size(); at += size) {
          decoder->push(std::span(ids).subspan(at, std::min(size, ids.size() - at)), joined);
        }
        decoder->finish(joined);
        EXPECT_EQ(joined, one.tokenizer->decode(ids)) << one.name << ", blocks of " << size;
      }
    }
  }
}

TEST(LongText, AnyNumberOfThreadsGivesTheIdsOfEachTextInOrder) {
  const Case& one = cases()[0];
  std::vector<std::string_view> texts;
  std::vector<std::vector<int32_t>> expected;
  for (int repetition = 0; repetition < 100; ++repetition) {
    for (const std::string& text : one.texts) {
      texts.push_back(text);
      expected.push_back(one.tokenizer->encode(text));
    }
  }
  const int threads_before = num_threads();
  BatchEncoding batch;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    encode_batch(*one.tokenizer, texts, {}, batch);
    ASSERT_EQ(batch.num_texts(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto ids = batch.ids_of(i);
      ASSERT_EQ(std::vector<int32_t>(ids.begin(), ids.end()), expected[i]) << threads;
    }
  }
  encode_batch(*one.tokenizer, {}, {}, batch);
  EXPECT_EQ(batch.num_texts(), 0u);
  set_num_threads(threads_before);
}

}  // namespace
}  // namespace slm::text
