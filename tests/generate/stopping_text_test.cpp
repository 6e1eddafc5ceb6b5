#include "slm/generate/stopping_text.h"

#include <gtest/gtest.h>

namespace slm::generate {
namespace {

// Pushes the bytes of `text` one by one through a byte vocabulary; notes what each returned, "|" between them.
struct Trace {
  std::shared_ptr<const text::Tokenizer> tokenizer;
  std::string returned;
  StoppingText text;

  Trace(std::string_view bytes, std::vector<std::string> stops)
      : tokenizer(text::make_byte_tokenizer()), text(tokenizer.get(), std::move(stops)) {
    for (const char byte : bytes) {
      returned += text.push(static_cast<unsigned char>(byte));
      if (text.has_stopped()) return;
      returned += '|';
    }
    returned += text.finish();
  }
};

TEST(StoppingText, ReturnsWholeCharactersOnly) {
  const Trace trace("a\xC3\xA9\xF0\x9F\x98\x80z", {});
  EXPECT_EQ(trace.returned, "a||\xC3\xA9||||\xF0\x9F\x98\x80|z|");
  EXPECT_EQ(trace.text.text(), "a\xC3\xA9\xF0\x9F\x98\x80z");
  EXPECT_EQ(trace.text.num_tokens(), 8);
}

TEST(StoppingText, ShowsACharacterThatNeverBecameWholeAtTheEnd) {
  EXPECT_EQ(Trace("a\xE2\x82", {}).returned, "a|||\xEF\xBF\xBD");
}

TEST(StoppingText, StopsAcrossTokensAndLeavesTheStopStringOut) {
  const Trace trace("one\n\nUser: two", {"\nUser:"});
  EXPECT_TRUE(trace.text.has_stopped());
  EXPECT_EQ(trace.text.text(), "one\n");
  EXPECT_EQ(trace.text.num_tokens(), 4);
  EXPECT_EQ(trace.returned, "o|n|e||\n|||||");  // the line feed waits until the next one takes its place
}

TEST(StoppingText, GivesBackWhatTurnsOutToBeNoStopString) {
  const Trace trace("abcabx", {"abcabd"});
  EXPECT_FALSE(trace.text.has_stopped());
  EXPECT_EQ(trace.returned, "|||||abcabx|");
}

TEST(StoppingText, HoldsBackOnlyWhatCanStillBecomeAStopString) {
  EXPECT_EQ(Trace("aab", {"ab!"}).returned, "|a||ab");  // given back at the end
  EXPECT_EQ(Trace("aaab", {"aab"}).returned, "||a|");
}

TEST(StoppingText, TakesTheStopStringThatIsCompleteFirst) {
  EXPECT_EQ(Trace("xabcd", {"bcd", "abc"}).text.text(), "x");
  EXPECT_EQ(Trace("xabc", {"bc", "abc"}).text.text(), "x");  // complete together: the one that begins first
  EXPECT_EQ(Trace("xabc", {"c"}).text.text(), "xab");
}

TEST(StoppingText, TokensThatOnlyBeganACharacterOfTheStopStringDoNotCount) {
  const Trace trace("ab\xC3\xA9", {"\xC3\xA9"});
  EXPECT_EQ(trace.text.text(), "ab");
  EXPECT_EQ(trace.text.num_tokens(), 2);
}

TEST(StoppingText, AnEmptyStopStringNeverStops) { EXPECT_EQ(Trace("ab", {""}).returned, "a|b|"); }

TEST(StoppingText, HasNoTextWithoutATokenizer) {
  StoppingText text(nullptr, {});
  EXPECT_EQ(text.push(3), "");
  EXPECT_EQ(text.finish(), "");
  EXPECT_EQ(text.num_tokens(), 1);
}

TEST(StoppingText, CountsTokensThatNameBytesWithTheCharacterTheySpell) {
  const auto tokenizer = text::parse_tokenizer(
      R"({"model":{"type":"WordLevel","unk_token":"x","vocab":{"<0xE2>":0,"<0x82>":1,"<0xAC>":2,"x":3}},
          "decoder":{"type":"ByteFallback"}})",
      "bytes");
  for (const auto& [ids, num_tokens, stopped] :
       {std::tuple(std::vector{3, 0, 1, 2, 3, 3}, 4, true), {{3, 0, 1, 2}, 4, false}, {{3, 3}, 0, true}}) {
    StoppingText text(tokenizer.get(), {num_tokens == 0 ? "xx" : "¬x", "€xx"[0] == 'x' ? "" : "xx"});
    for (const int32_t id : ids) {
      if (!text.has_stopped()) text.push(id);
    }
    EXPECT_EQ(text.has_stopped(), stopped);
    EXPECT_EQ(text.num_tokens(), num_tokens);
  }
}

}  // namespace
}  // namespace slm::generate
