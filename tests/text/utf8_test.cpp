#include "slm/text/utf8.h"

#include <gtest/gtest.h>

#include <random>
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

// Whole blocks of ASCII are passed over at once, other characters one by one.
TEST(Utf8, IsValidWhereEachStepIs) {
  const std::string pieces[] = {std::string(64, 'a'), "b",           "\xC3\xA9", "\xE4\xB8\xAD",
                                "\xF0\x9F\x98\x80",   "\xED\xA0\x80"};
  std::mt19937 random(1);
  const auto below = [&](size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random); };
  size_t num_valid = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (size_t left = below(80); left > 0; --left) text += pieces[below(100) < 99 ? below(5) : 5];
    if (!text.empty() && below(3) == 0) text[below(text.size())] = static_cast<char>(below(256));
    if (below(4) == 0) text.resize(below(text.size() + 1));
    bool want = true;
    for (size_t at = 0; at < text.size();) {
      const Utf8Char c = read_utf8(text, at);
      want = want && c.is_valid;
      at += static_cast<size_t>(c.length);
    }
    num_valid += want ? 1 : 0;
    ASSERT_EQ(is_valid_utf8(text), want) << i;
  }
  EXPECT_GT(num_valid, 5000u);
  EXPECT_LT(num_valid, 15000u);
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
