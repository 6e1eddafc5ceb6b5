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
