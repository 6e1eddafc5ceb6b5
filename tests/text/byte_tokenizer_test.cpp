#include "slm/text/byte_tokenizer.h"

#include <gtest/gtest.h>

#include <set>

namespace slm::text {
namespace {

std::string all_bytes() {
  std::string bytes;
  for (int b = 0; b < 256; ++b) bytes.push_back(static_cast<char>(b));
  return bytes;
}

TEST(ByteTokenizer, IdsAreTheValuesOfTheBytes) {
  const auto tokenizer = make_byte_tokenizer();
  const std::string bytes = all_bytes();
  const std::vector<int32_t> ids = tokenizer->encode(bytes);
  ASSERT_EQ(ids.size(), 256u);
  for (int32_t b = 0; b < 256; ++b) EXPECT_EQ(ids[static_cast<size_t>(b)], b);
  EXPECT_EQ(tokenizer->decode(ids), bytes);
  EXPECT_EQ(tokenizer->vocab_size(), 256);
}

TEST(ByteTokenizer, AppendsToTheIdsThatAreThere) {
  std::vector<int32_t> ids = {7};
  make_byte_tokenizer()->encode("ab", ids);
  EXPECT_EQ(ids, (std::vector<int32_t>{7, 97, 98}));
}

TEST(ByteTokenizer, DecodeReplacesInvalidUtf8OnRequest) {
  const std::vector<int32_t> ids = {'a', 0xE2, 0x82, 'b'};
  EXPECT_EQ(make_byte_tokenizer()->decode(ids),
            "a\xE2\x82"
            "b");
  EXPECT_EQ(make_byte_tokenizer()->decode(ids, {.replace_invalid_utf8 = true}), "a�b");
}

TEST(ByteTokenizer, TokensHaveTheNamesOfByteLevelVocabularies) {
  const auto tokenizer = make_byte_tokenizer();
  EXPECT_EQ(tokenizer->id_to_token(' '), "Ġ");
  EXPECT_EQ(tokenizer->id_to_token('\n'), "Ċ");
  EXPECT_EQ(tokenizer->id_to_token(0xAD), "Ń");
  EXPECT_EQ(tokenizer->token_bytes(' '), " ");
  const auto& alphabet = byte_level_alphabet();
  EXPECT_EQ(std::set<std::string>(alphabet.begin(), alphabet.end()).size(), 256u);
  for (int32_t b = 0; b < 256; ++b) EXPECT_EQ(tokenizer->token_to_id(tokenizer->id_to_token(b)), b);
  EXPECT_EQ(tokenizer->token_to_id("ab"), std::nullopt);
  EXPECT_EQ(tokenizer->id_to_token(256), "");
}

}  // namespace
}  // namespace slm::text
