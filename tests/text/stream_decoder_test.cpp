#include "slm/text/stream_decoder.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

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

TEST(StreamDecoder, GivesATokenOfEachKindAtOnce) {
  for (const auto& [decoder, tokens, texts] : std::vector<std::array<std::string, 3>>{
           {R"({"type":"WordPiece","prefix":"##","cleanup":true})", R"({"a":0,"##b":1,"c":2})", "a|b| c"},
           {R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always"})", R"({"▁a":0,"b":1,"▁c":2})",
            "a|b| c"},
           {R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})",
            R"({"a":0,"Ġb":1,"c":2})", "a| b|c"},
           {R"({"type":"BPEDecoder","suffix":"</w>"})", R"({"a</w>":0,"b":1,"c</w>":2})", "a| b|c"},
           {R"({"type":"Fuse"})", R"({"a":0,"b":1,"c":2})", "a|b|c"},
           {R"({"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},
                {"type":"Strip","content":" ","start":1,"stop":0}]})",
            R"({" a":0,"b":1," c":2})", "a|b| c"}}) {
    const auto tokenizer = parse_tokenizer(
        R"({"model":{"type":"WordLevel","unk_token":"a","vocab":)" + tokens + R"(},"decoder":)" + decoder + "}", "t");
    StreamDecoder stream(*tokenizer);
    std::string given = stream.push(0);
    for (const int32_t id : {1, 2}) given += "|" + stream.push(id);
    EXPECT_EQ(given, texts) << decoder;
    EXPECT_EQ(stream.finish(), "");
  }
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
