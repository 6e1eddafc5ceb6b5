#include "slm/text/gpt_scanner.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace slm::text {
namespace {

// What the patterns tell apart, long enough for steps of eight bytes, with parts that are not UTF-8.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "a",    "Z",   "word",   "alongerword", "'",         "'s",   "'LL", "'re",    "7",       "1234",     " ",
      "  ",   "\t",  "\n",     "\r",          "!",         "...",  "/",   "_",      "\x7f",    "é",        "Я",
      "日本", "٣",   "\u00A0", "\u2028",      "\u017F",    "😀",    "´",   "´´",     "\xff",    "\xe6\x97", "\v",
      "$",    "x'd", "\n\n",   "\r\n  ",      "camelCase", "HTML", "\n/", " \n \n", "e\u0301", "Éa",
  };
  std::string text;
  for (size_t i = random() % 60 + 1; i > 0; --i) text += kParts[random() % kParts.size()];
  return text;
}

TEST(GptScanner, FindsTheMatchesOfThePattern) {
  std::mt19937 random(3);
  for (const GptPattern pattern : {GptPattern::kGpt2, GptPattern::kLlama3, GptPattern::kQwen2, GptPattern::kO200k}) {
    const GptScanner plain_scanner(pattern, ascii_masks), fastest_scanner(pattern);
    size_t num_in_blocks = 0, num_matches = 0;
    for (int i = 0; i < 20000; ++i) {
      const GptScanner& scanner = i % 2 == 0 ? plain_scanner : fastest_scanner;
      const std::string text = random_text(random);
      std::vector<std::string_view> expected, found;
      for (size_t from = 0; from < text.size();) {
        const size_t end = gpt_match_end(pattern, text, from);
        expected.push_back(std::string_view(text).substr(from, end - from));
        from = end;
      }
      size_t at = 0;
      const auto add = [&](size_t size) {
        found.push_back(std::string_view(text).substr(at, size));
        at += size;
      };
      scanner.for_each_block(
          text,
          [&](std::string_view, const char*, uint64_t starts) {
            ASSERT_EQ(starts & 1, 1u);
            size_t begin = 0;
            for (starts &= starts - 1; starts != 0; starts &= starts - 1) {
              const auto end = static_cast<size_t>(std::countr_zero(starts));
              add(end - begin);
              begin = end;
              ++num_in_blocks;
            }
          },
          [&](std::string_view, size_t size) { add(size); });
      ASSERT_EQ(found, expected) << testing::PrintToString(text) << " pattern " << static_cast<int>(pattern);
      num_matches += expected.size();
    }
    EXPECT_GT(num_in_blocks, num_matches / 2) << static_cast<int>(pattern);
  }
}

}  // namespace
}  // namespace slm::text
