// Tokenizers of every kind against what the Hugging Face library gives for them (scripts/make_tokenizer_fixtures.py).

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "slm/text/stream_decoder.h"
#include "slm/text/tokenizer.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

Json read_fixture(const std::string& name) {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/" + name);
  return Json::parse(file);
}

std::vector<int64_t> flat(const std::vector<TokenOffsets>& offsets) {
  std::vector<int64_t> out;
  for (const TokenOffsets& place : offsets) out.insert(out.end(), {place.begin, place.end});
  return out;
}

// Each case: [text, ids, offsets, decoded].
void expect_answers(const Tokenizer& tokenizer, const Json& cases, bool add_special_tokens) {
  const EncodeOptions options{.add_special_tokens = add_special_tokens};
  for (const Json& one : cases) {
    const auto text = one[0].get<std::string>();
    SCOPED_TRACE(testing::PrintToString(text));
    const Encoding encoding = tokenizer.encode_with_offsets(text, options);
    EXPECT_EQ(encoding.ids, one[1].get<std::vector<int32_t>>());
    EXPECT_EQ(flat(encoding.offsets), one[2].get<std::vector<int64_t>>());
    EXPECT_EQ(tokenizer.encode(text, options), encoding.ids);
    EXPECT_EQ(tokenizer.decode(encoding.ids, {.replace_invalid_utf8 = true}), one[3].get<std::string>());
  }
}

void expect_streams_what_it_decodes(const Tokenizer& tokenizer, const Json& cases) {
  for (const Json& one : cases) {
    const auto ids = one[1].get<std::vector<int32_t>>();
    StreamDecoder decoder(tokenizer);
    std::string joined;
    for (const int32_t id : ids) {
      const std::string piece = decoder.push(id);
      EXPECT_TRUE(is_valid_utf8(piece));
      joined += piece;
    }
    EXPECT_EQ(joined + decoder.finish(), one[3].get<std::string>()) << one[0];
  }
}

TEST(Fixtures, TokenizersOfEveryKindGiveTheIdsOffsetsAndTextsOfHuggingFace) {
  const Json fixtures = read_fixture("tokenizers.json");
  ASSERT_GE(fixtures.size(), 10u);
  for (const Json& fixture : fixtures) {
    SCOPED_TRACE(fixture["name"]);
    const auto tokenizer = parse_tokenizer(fixture["tokenizer"].dump(), fixture["name"]);
    expect_answers(*tokenizer, fixture["cases"], true);
    expect_streams_what_it_decodes(*tokenizer, fixture["cases"]);
  }
}

// Each case: [ids, decoded, decoded with special tokens].
TEST(Fixtures, DecodersGiveTheTextOfHuggingFaceHoweverTheIdsCome) {
  const Json fixtures = read_fixture("tokenizer_decoders.json");
  ASSERT_GE(fixtures.size(), 25u);
  for (const Json& fixture : fixtures) {
    const auto tokenizer = parse_tokenizer(fixture["tokenizer"].dump(), fixture["name"]);
    for (const Json& one : fixture["cases"]) {
      SCOPED_TRACE(fixture["name"].get<std::string>() + " " + one[0].dump());
      const auto ids = one[0].get<std::vector<int32_t>>();
      for (const bool skips : {true, false}) {
        const auto expected = one[skips ? 1 : 2].get<std::string>();
        EXPECT_EQ(tokenizer->decode(ids, {.skip_special_tokens = skips, .replace_invalid_utf8 = true}), expected);
        const auto blocks = tokenizer->block_decoder(skips);
        StreamDecoder stream(*tokenizer, skips);
        for (int i = 0; i < 2; ++i) {  // a decoder can be used again
          std::string joined, streamed;
          for (const int32_t id : ids) {
            blocks->push({&id, 1}, joined);
            streamed += stream.push(id);
            EXPECT_TRUE(expected.starts_with(streamed)) << "a later id changed what had been given";
          }
          blocks->finish(joined);
          EXPECT_EQ(replace_invalid_utf8(joined), expected);
          EXPECT_EQ(streamed + stream.finish(), expected);
        }
      }
    }
  }
}

TEST(Fixtures, WhatGoesAroundATextAndItsLengthAreThoseOfHuggingFace) {
  const Json fixtures = read_fixture("tokenizer_around.json");
  ASSERT_GE(fixtures.size(), 20u);
  for (const Json& fixture : fixtures) {
    SCOPED_TRACE(fixture["name"]);
    Json document = fixture["tokenizer"];
    if (document["model"].is_null()) document["model"] = fixtures[0]["tokenizer"]["model"];
    const auto tokenizer = parse_tokenizer(document.dump(), fixture["name"]);
    for (const Json& one : fixture["cases"]) {
      SCOPED_TRACE(one[0]);
      const EncodeOptions options{.add_special_tokens = true, .truncate_and_pad = true};
      const Encoding encoding = tokenizer->encode_with_offsets(one[0].get<std::string>(), options);
      EXPECT_EQ(encoding.ids, one[1].get<std::vector<int32_t>>());
      EXPECT_EQ(flat(encoding.offsets), one[2].get<std::vector<int64_t>>());
      EXPECT_EQ(tokenizer->encode(one[0].get<std::string>(), options), encoding.ids);
    }
  }
}

TEST(Fixtures, EachComponentDoesWhatItDoesInHuggingFace) {
  const Json fixtures = read_fixture("tokenizer_components.json");
  const Json bytes = Json::parse(make_byte_tokenizer()->to_json());
  ASSERT_GE(fixtures.size(), 50u);
  for (const Json& fixture : fixtures) {
    SCOPED_TRACE(fixture["name"]);
    Json document = fixture["tokenizer"];
    if (document["model"].is_null()) document["model"] = bytes["model"];
    expect_answers(*parse_tokenizer(document.dump(), fixture["name"]), fixture["cases"], false);
  }
}

}  // namespace
}  // namespace slm::text
