// Texts that come in blocks and are encoded in parts, against Tokenizer::encode_with_offsets() of each as a whole,
// which the fixtures hold to the Hugging Face library: with everything that a tokenizer puts around a text, and with
// texts that are cut off and padded.
#include "slm/cli/encoding_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

namespace slm::cli {
namespace {

using nlohmann::json;
using text::TokenOffsets;

struct Encoded {
  std::vector<std::vector<int32_t>> ids;  // by text
  std::vector<std::vector<TokenOffsets>> offsets;
};

Encoded encode_in_blocks(const text::Tokenizer& tokenizer, std::string_view input, const text::EncodeOptions& encode,
                         const EncodingStream::Options& options, size_t block_size) {
  Encoded all;
  bool is_begin = true;
  EncodingStream stream(tokenizer, encode, options, [&](const EncodingStream::Tokens& tokens) {
    if (is_begin) {
      all.ids.emplace_back();
      all.offsets.emplace_back();
    }
    all.ids.back().insert(all.ids.back().end(), tokens.ids.begin(), tokens.ids.end());
    all.offsets.back().insert(all.offsets.back().end(), tokens.offsets.begin(), tokens.offsets.end());
    is_begin = tokens.is_end;
  });
  for (size_t at = 0; at < input.size(); at += block_size) {
    stream.pending() += input.substr(at, block_size);
    stream.run();
  }
  stream.finish();
  EXPECT_TRUE(is_begin);
  return all;
}

std::vector<json> fixtures() {
  std::ifstream file(std::string(SLM_TEXT_FIXTURES) + "/tokenizer_around.json");
  const json all = json::parse(file);
  std::vector<json> documents;
  for (const json& fixture : all) {
    documents.push_back(fixture["tokenizer"]);
    if (documents.back()["model"].is_null()) documents.back()["model"] = all[0]["tokenizer"]["model"];
  }
  return documents;
}

// The parts of several tokenizers.
json random_tokenizer(const std::vector<json>& documents, std::mt19937& random) {
  json document = documents[0];
  const auto take = [&](const char* field) {
    document[field] = documents[random() % documents.size()].value(field, json());
  };
  take("post_processor");
  do take("truncation");
  while (document["truncation"].is_null() && random() % 3 > 0);
  do take("padding");
  while (document["padding"].is_null() && random() % 3 > 0);
  const size_t lengths[] = {0, 1, 7, 300, 20'000, 10'000'000};
  if (!document["truncation"].is_null()) {
    document["truncation"]["max_length"] = lengths[random() % std::size(lengths)];
    document["truncation"]["stride"] = 0;
  }
  if (!document["padding"].is_null()) {
    if (document["padding"]["strategy"].is_object()) document["padding"]["strategy"]["Fixed"] = random() % 70'000;
    if (random() % 2 == 0) document["padding"]["pad_to_multiple_of"] = 1 + random() % 1000;
  }
  return document;
}

std::string random_line(size_t size, std::mt19937& random) {
  const char* const words[] = {"the ", "quick", " brown", "  fox", "naïve ", "日本, ", "x,", "\r", " [SEP] ", "[PAD]"};
  std::string line;
  while (line.size() < size) line += words[random() % std::size(words)];
  return line;
}

TEST(EncodingStream, PartsOfATextGiveTheTokensOfTheWhole) {
  std::mt19937 random(9);
  const std::vector<json> documents = fixtures();
  for (int i = 0; i < 25; ++i) {
    const json document = random_tokenizer(documents, random);
    json shown = document;
    shown.erase("model");
    SCOPED_TRACE(shown.dump());
    const auto tokenizer = text::parse_tokenizer(document.dump(), "t.json");
    const text::EncodeOptions encode{.add_special_tokens = random() % 3 > 0, .truncate_and_pad = random() % 4 > 0};
    std::string input;
    std::vector<std::string> lines;
    for (const size_t size : {size_t{0}, size_t{random() % 60}, size_t{150'000 + random() % 90'000}, size_t{150'000},
                              size_t{random() % 60}}) {
      lines.push_back(random_line(size, random));
      input += lines.back() + "\n";
    }
    const size_t block_size = 1 + random() % 100'000;

    const Encoded of_lines =
        encode_in_blocks(*tokenizer, input, encode, {.texts = EncodingStream::Texts::kLines}, block_size);
    ASSERT_EQ(of_lines.ids.size(), lines.size());
    for (size_t line = 0; line < lines.size(); ++line) {
      ASSERT_EQ(of_lines.ids[line], tokenizer->encode(lines[line], encode)) << "line " << line;
    }

    const EncodingStream::Options whole{.texts = EncodingStream::Texts::kWhole, .has_offsets = true};
    const Encoded of_all = encode_in_blocks(*tokenizer, input, encode, whole, block_size);
    const text::Encoding expected = tokenizer->encode_with_offsets(input, encode);
    ASSERT_EQ(of_all.ids.size(), 1u);
    ASSERT_EQ(of_all.ids[0], expected.ids);
    ASSERT_EQ(of_all.offsets[0], expected.offsets);
  }
}

// More than a text may have before blocks are encoded one after the other.
TEST(EncodingStream, TextWithoutAPlaceToCutGivesTheTokensOfTheWhole) {
  std::mt19937 random(4);
  const std::vector<json> documents = fixtures();
  for (const char* const run : {"x", "日"}) {
    const json document = random_tokenizer(documents, random);
    const auto tokenizer = text::parse_tokenizer(document.dump(), "t.json");
    std::string input = random_line(100'000, random) + "\n";
    while (input.size() < 1'300'000) input += run;
    input += "quick, " + random_line(70'000, random);
    const text::EncodeOptions encode{.add_special_tokens = true};
    const EncodingStream::Options whole{.texts = EncodingStream::Texts::kWhole, .has_offsets = true};
    const Encoded of_all = encode_in_blocks(*tokenizer, input, encode, whole, 100'000 + random() % 100'000);
    const text::Encoding expected = tokenizer->encode_with_offsets(input, encode);
    ASSERT_EQ(of_all.ids.size(), 1u);
    ASSERT_TRUE(of_all.ids[0] == expected.ids) << run;
    ASSERT_TRUE(of_all.offsets[0] == expected.offsets) << run;
  }
}

// What is left of a text is skipped only once its own tokens are enough.
TEST(EncodingStream, ATextThatIsFullEndsBeforeTheNextOne) {
  std::mt19937 random(2);
  json document = fixtures()[0];
  document["truncation"] = {
      {"max_length", 20'000}, {"direction", "Right"}, {"strategy", "LongestFirst"}, {"stride", 0}};
  const auto tokenizer = text::parse_tokenizer(document.dump(), "t.json");
  const text::EncodeOptions encode{.truncate_and_pad = true};
  const std::string first = random_line(200'000, random), second = random_line(200'000, random);
  const std::vector<std::vector<int32_t>> expected = {tokenizer->encode(first, encode),
                                                      tokenizer->encode(second, encode)};
  for (size_t block_size = 10'000; block_size < 250'000; block_size += 10'000) {
    const Encoded lines = encode_in_blocks(*tokenizer, first + "\n" + second, encode,
                                           {.texts = EncodingStream::Texts::kLines}, block_size);
    EXPECT_TRUE(lines.ids == expected) << block_size;
  }
}

TEST(EncodingStream, AnInputWithoutTextIsOneTextAndNoLine) {
  const auto tokenizer = text::parse_tokenizer(fixtures()[0].dump(), "t.json");
  const text::EncodeOptions encode{.add_special_tokens = true};
  EXPECT_EQ(encode_in_blocks(*tokenizer, "", encode, {.texts = EncodingStream::Texts::kLines}, 1).ids.size(), 0u);
  const Encoded whole = encode_in_blocks(*tokenizer, "", encode, {.texts = EncodingStream::Texts::kWhole}, 1);
  ASSERT_EQ(whole.ids.size(), 1u);
  EXPECT_EQ(whole.ids[0], tokenizer->encode("", encode));
}

}  // namespace
}  // namespace slm::cli
