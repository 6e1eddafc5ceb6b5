#include "slm/text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slm::text {
namespace {

// Expected values are Python's bytes.decode("utf-8", errors="replace").
TEST(Utf8, ReplacesEachMaximalIllFormedPartOnceAsPythonDoes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"plain", "plain"},
      {"\x80", "�"},
      {"a\xFFz", "a�z"},
      {"\xC0\xAF", "��"},            // overlong '/'
      {"\xE0\x80\xAF", "���"},       // overlong, three bytes
      {"\xED\xA0\x80", "���"},       // a surrogate
      {"\xF4\x90\x80\x80", "����"},  // past U+10FFFF
      {"\xE2\x82", "�"},             // "€" cut short: one part
      {"\xE2\x82z", "�z"},           //
      {"\xF0\x9F\x98", "�"},         // an emoji cut short
      {"\xF0\x9F\x98\xF0\x9F\x98\x80", "�😀"},
      {"\xF5\x80\x80\x80", "����"},
  };
  for (const auto& [bytes, want] : cases) EXPECT_EQ(replace_invalid_utf8(bytes), want);
}

TEST(Utf8, CountsWhatItReplaced) {
  int64_t num_replaced = 0;
  replace_invalid_utf8("a\xFF\xE2\x82z", &num_replaced);
  EXPECT_EQ(num_replaced, 2);
}

TEST(Utf8, EveryScalarValueSurvivesWritingAndReading) {
  for (char32_t c = 0; c <= kLastCodePoint; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const Utf8Char read = read_utf8(text, 0);
    ASSERT_TRUE(read.is_valid);
    ASSERT_EQ(read.code_point, c);
    ASSERT_EQ(static_cast<size_t>(read.length), text.size());
    ASSERT_TRUE(is_valid_utf8("01234567" + text + "89abcdef"));
    for (size_t cut = 1; cut < text.size(); ++cut) ASSERT_FALSE(is_valid_utf8("01234567" + text.substr(0, cut)));
  }
}

TEST(Utf8, ACompletePrefixStopsBeforeACharacterThatCouldStillBecomeWhole) {
  EXPECT_EQ(complete_utf8_prefix(""), 0u);
  EXPECT_EQ(complete_utf8_prefix("ab"), 2u);
  EXPECT_EQ(complete_utf8_prefix("a\xE2"), 1u);
  EXPECT_EQ(complete_utf8_prefix("a\xE2\x82"), 1u);
  EXPECT_EQ(complete_utf8_prefix("a\xE2\x82\xAC"), 4u);
  EXPECT_EQ(complete_utf8_prefix("\xF0\x9F\x98"), 0u);
  EXPECT_EQ(complete_utf8_prefix("\x80\x80"), 2u);  // never becomes a character
  EXPECT_EQ(complete_utf8_prefix("\xED\xA0"), 2u);  // the beginning of a surrogate neither
}

}  // namespace
}  // namespace slm::text
