#include "slm/text/gpt_splitter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace slm::text {
namespace {

// What the patterns tell apart, long enough for steps of eight bytes, with parts that are not UTF-8.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "a",    "Z",        "word", "alongerword", "'",      "'s",     "'LL",    "'re", "7", "1234",
      " ",    "  ",       "\t",   "\n",          "\r",     "!",      "...",    "/",   "_", "\x7f",
      "é",    "Я",        "日本", "٣",           "\u00A0", "\u2028", "\u017F", "😀",   "´", "´´",
      "\xff", "\xe6\x97", "\v",   "$",           "x'd",    "\n\n",   "\r\n  ",
  };
  std::string text;
  for (size_t i = random() % 12 + 1; i > 0; --i) text += kParts[random() % kParts.size()];
  return text;
}

TEST(GptSplitter, FindsTheMatchesOfThePattern) {
  std::mt19937 random(3);
  for (const GptPattern pattern : {GptPattern::kGpt2, GptPattern::kLlama3, GptPattern::kQwen2, GptPattern::kO200k}) {
    const GptSplitter splitter(pattern);
    for (int i = 0; i < 20000; ++i) {
      const std::string text = random_text(random);
      for (size_t from = 0; from < text.size();) {
        const size_t end = gpt_match_end(pattern, text, from);
        ASSERT_EQ(splitter.match_end(text, from), end) << testing::PrintToString(text) << " from " << from;
        from = end;
      }
    }
  }
}

}  // namespace
}  // namespace slm::text
