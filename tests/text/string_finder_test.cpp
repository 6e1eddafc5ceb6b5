#include "slm/text/string_finder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace slm::text {
namespace {

// Every place, every string.
StringFinder::Match find_slowly(const std::vector<std::string_view>& strings, std::string_view text, size_t from) {
  for (size_t begin = from; begin < text.size(); ++begin) {
    StringFinder::Match best;
    for (size_t i = 0; i < strings.size(); ++i) {
      if (strings[i].empty() || !text.substr(begin).starts_with(strings[i])) continue;
      if (strings[i].size() >= best.end - best.begin) {
        best = {begin, begin + strings[i].size(), static_cast<int32_t>(i)};
      }
    }
    if (best.value >= 0) return best;
  }
  return {};
}

std::string random_string(std::mt19937& random, size_t max_size, int num_letters) {
  std::string text;
  for (size_t i = random() % (max_size + 1); i > 0; --i) {
    text += static_cast<char>('a' + static_cast<int>(random() % static_cast<unsigned>(num_letters)));
  }
  return text;
}

TEST(StringFinder, FindsTheFirstAndOfThoseTheLongest) {
  std::mt19937 random(5);
  int num_found = 0;
  for (int i = 0; i < 20000; ++i) {
    const int num_letters = 1 + i % 3;
    std::vector<std::string> owned;
    for (size_t count = random() % 7; count > 0; --count) owned.push_back(random_string(random, 6, num_letters));
    const std::vector<std::string_view> strings(owned.begin(), owned.end());
    const StringFinder finder(strings);
    const std::string text = random_string(random, 20, num_letters + 1);
    size_t at = 0;
    for (;;) {
      const auto found = finder.find(text, at), expected = find_slowly(strings, text, at);
      ASSERT_EQ(found.value, expected.value) << text << " from " << at << ", " << testing::PrintToString(owned);
      if (found.value < 0) break;
      ASSERT_EQ(found.begin, expected.begin);
      ASSERT_EQ(found.end, expected.end);
      at = found.end;
      ++num_found;
    }
  }
  EXPECT_GT(num_found, 20000);
}

TEST(StringFinder, ReadsATextOnceHoweverLongTheStringsAre) {
  const std::string longest = std::string(20'000, 'a') + "b";
  const StringFinder finder({longest});
  const std::string text(4'000'000, 'a');  // a search from each place anew would take hours
  EXPECT_EQ(finder.find(text, 0).value, -1);
  EXPECT_EQ(finder.find(text + "b", 0).begin, text.size() - 20'000);
}

TEST(StringFinder, FindsNothingWithoutStrings) {
  EXPECT_TRUE(StringFinder().is_empty());
  EXPECT_TRUE(StringFinder({""}).is_empty());
  EXPECT_EQ(StringFinder().find("abc", 0).value, -1);
}

}  // namespace
}  // namespace slm::text
