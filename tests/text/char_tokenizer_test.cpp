#include "slm/text/char_tokenizer.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"

namespace slm::text {
namespace {

using namespace std::string_literals;

TEST(CharTokenizer, NumbersTheCharactersInOrderOfCodePoints) {
  const auto tokenizer = train_char_tokenizer("hello, wörld €😀\n");
  EXPECT_EQ(tokenizer->vocab_size(), 13);
  std::string joined;
  for (int32_t id = 0; id < tokenizer->vocab_size(); ++id) joined += tokenizer->id_to_token(id);
  EXPECT_EQ(joined, "\n ,dehlorwö€😀");
  EXPECT_EQ(tokenizer->encode("d€\n"), (std::vector<int32_t>{3, 11, 0}));
  EXPECT_EQ(tokenizer->token_to_id("ö"), 10);
  EXPECT_EQ(tokenizer->token_to_id("x"), std::nullopt);
}

TEST(CharTokenizer, DecodeIsTheInverseOfEncode) {
  const std::string text = "naïve café — “日本語” \r\n\t\0 e\u0301"s;
  const auto tokenizer = train_char_tokenizer(text);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
}

TEST(CharTokenizer, OffsetsAreBytesOfTheText) {
  const Encoding encoding = train_char_tokenizer("a€b")->encode_with_offsets("b€a");
  EXPECT_EQ(encoding.ids, (std::vector<int32_t>{1, 2, 0}));
  EXPECT_EQ(encoding.offsets, (std::vector<TokenOffsets>{{0, 1}, {1, 4}, {4, 5}}));
}

TEST(CharTokenizer, NamesACharacterThatItDoesNotHave) {
  const auto tokenizer = train_char_tokenizer("abc");
  try {
    tokenizer->encode("ab€");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "the text: byte 2: U+20AC '€' is not among the 3 characters of the vocabulary; make the vocabulary "
                 "from text that has it, or use the byte tokenizer");
  }
}

TEST(CharTokenizer, TakesInvalidUtf8AsTheReplacementCharacter) {
  const auto tokenizer = train_char_tokenizer("a\xE2\x82z");
  EXPECT_EQ(tokenizer->vocab_size(), 3);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("z\xFF")), "z�");
}

TEST(CharTokenizer, RefusesToLearnFromNothing) { EXPECT_THROW(train_char_tokenizer(""), Error); }

}  // namespace
}  // namespace slm::text
