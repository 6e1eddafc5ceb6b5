#include "slm/text/stream_decoder.h"

#include <gtest/gtest.h>

#include "slm/text/utf8.h"

namespace slm::text {
namespace {

TEST(StreamDecoder, EmitsACharacterWhenItsLastByteArrives) {
  const auto bytes = make_byte_tokenizer();
  StreamDecoder decoder(*bytes);
  EXPECT_EQ(decoder.push('a'), "a");
  EXPECT_EQ(decoder.push(0xE2), "");
  EXPECT_EQ(decoder.push(0x82), "");
  EXPECT_EQ(decoder.push(0xAC), "€");
  EXPECT_EQ(decoder.finish(), "");
}

TEST(StreamDecoder, ReplacesACharacterThatNeverBecomesWhole) {
  const auto bytes = make_byte_tokenizer();
  StreamDecoder decoder(*bytes);
  EXPECT_EQ(decoder.push(0xE2), "");
  EXPECT_EQ(decoder.push('b'), "�b");
  EXPECT_EQ(decoder.push(0xF0), "");
  EXPECT_EQ(decoder.finish(), "�");
  EXPECT_EQ(decoder.push('c'), "c");
}

TEST(StreamDecoder, ThePiecesJoinedAreTheWholeText) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "The naïve — 日本語 😀😀😀 \xFF\xE2\x82 ���\n";
  const auto bytes = make_byte_tokenizer();
  StreamDecoder decoder(*bytes);
  std::string joined;
  for (const int32_t id : bytes->encode(text)) {
    const std::string piece = decoder.push(id);
    EXPECT_TRUE(is_valid_utf8(piece));
    joined += piece;
  }
  joined += decoder.finish();
  EXPECT_EQ(joined, replace_invalid_utf8(text));
}

}  // namespace
}  // namespace slm::text
