#include "slm/text/gpt_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace slm::text {
namespace {

// Runs of what tells the patterns' parts apart.
std::string random_runs(std::mt19937& random) {
  static const std::vector<std::string> kParts = {"a",  "B",   "日",      "ǅ",      "ʰ",    "\u0301",   "1",   "٣",
                                                  " ",  "  ",  "\n",      "\r\n",   "\t",   "/",        "!",   "'",
                                                  "'s", "'RE", "'\u017F", "\u3000", "\xff", "\xe6\x97", "🙂"};
  std::string text;
  for (size_t i = random() % 6 + 1; i > 0; --i) {
    const std::string& part = kParts[random() % kParts.size()];
    for (size_t left = random() % 3 == 0 ? random() % 40 : random() % 3; left-- > 0;) text += part;
  }
  return text;
}

std::vector<size_t> match_ends(GptPattern pattern, std::string_view text) {
  std::vector<size_t> ends;
  for (size_t at = 0; at < text.size(); ends.push_back(at)) at = gpt_match_end(pattern, text, at);
  return ends;
}

// The same from a text of which up to `window` bytes more than are taken are at hand at a time, and more where a run
// takes nothing.
std::vector<size_t> ends_of_runs(GptPattern pattern, std::string_view text, size_t window) {
  std::vector<size_t> ends;
  for (size_t at = 0; at < text.size();) {
    GptRun run(pattern);
    for (size_t size = window;; size += window) {
      const bool is_end = size >= text.size() - at;
      const GptRun::Step step = run.go_on(text.substr(at, size), is_end);
      at += step.size;
      if (step.size > 0) size = 0;
      if (step.ends) break;
      EXPECT_FALSE(is_end && step.size == 0);
      if (is_end && step.size == 0) return ends;
    }
    ends.push_back(at);
  }
  return ends;
}

TEST(GptRun, PartsOfAnySizeGiveTheMatchesOfTheWhole) {
  std::mt19937 random(5);
  for (int i = 0; i < 40'000; ++i) {
    const std::string text = random_runs(random);
    const size_t window = random() % 60 + 1;
    for (const GptPattern pattern : {GptPattern::kGpt2, GptPattern::kLlama3, GptPattern::kQwen2, GptPattern::kO200k}) {
      ASSERT_EQ(ends_of_runs(pattern, text, window), match_ends(pattern, text))
          << static_cast<int>(pattern) << ", " << window << ": " << testing::PrintToString(text);
    }
  }
}

TEST(GptRun, TakesRunsWithoutEndAsTheyCome) {
  for (const GptPattern pattern : {GptPattern::kGpt2, GptPattern::kLlama3, GptPattern::kQwen2, GptPattern::kO200k}) {
    for (const std::string part : {"a", "B", "日", "!", " ", "\n", "\r\n", "\t", "\u0301", "aB", "日B"}) {
      std::string text;
      while (text.size() < 2000) text += part;
      std::vector<size_t> ends;
      size_t taken = 0;
      GptRun run(pattern);
      for (size_t size = 100; size < text.size(); size += 100) {
        const GptRun::Step step = run.go_on(std::string_view(text).substr(taken, size - taken), false);
        taken += step.size;
        if (step.ends) break;
        EXPECT_GE(taken + 16, size) << static_cast<int>(pattern) << ": " << testing::PrintToString(part);
      }
    }
  }
}

}  // namespace
}  // namespace slm::text
