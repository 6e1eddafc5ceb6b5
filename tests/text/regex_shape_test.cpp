#include "slm/text/regex_shape.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "slm/text/pattern.h"

namespace slm::text {
namespace {

std::string shape(std::string_view regex) {
  const RegexShape shape = shape_of_regex(regex);
  return std::string(shape.is_one_character ? "one " : "") + (shape.is_white_space ? "white " : "") +
         (shape.ends_before_space   ? "ends"
          : shape.is_apart_at_space ? "apart"
                                    : "");
}

TEST(RegexShape, TellsWhatMatchesAreLike) {
  for (const char* regex : {R"(\s+)", " {2,}", R"([ \t]+)", R"(\s+$)", R"(\n| {2}|\s\s+)", R"((?:\r\n)+)"})
    EXPECT_EQ(shape(regex), "white ends") << regex;
  for (const char* regex : {R"(\s)", "[ \\n]", " ", "\\x{20}"}) EXPECT_EQ(shape(regex), "one white ends") << regex;
  for (const char* regex : {"a", R"(\d)", R"([^a-z])", ".", R"(\p{N}|x)", "é"})
    EXPECT_EQ(shape(regex), "one ends") << regex;
  for (const char* regex : {R"(\s?[A-Za-zµ]+)", R"( ?\p{L}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", "ab",
                            R"([0-9][0-9]{1,2})", R"((?i:'s|'t)| ?\p{L}+)", R"(\S+)", R"([^ ]+)"})
    EXPECT_EQ(shape(regex), "ends") << regex;
  for (const char* regex : {"a*", R"(\s*)", "", R"(\ba)", "^a", R"(\Aa)", R"((?<=a)b)", R"((?<! )b)", R"(\s+(?=ab*))",
                            R"(\d{1,3}(?=(\d{3})*\b))", R"(a(?!\w|-))", R"(a+(?=\s|$))", R"((?=a(?!b)))"})
    EXPECT_EQ(shape(regex), "apart") << regex;
  for (const char* regex :
       {"a b",       ".+",     R"([^a]+)",  R"(\w+\s)",   R"((?<=ab)b)", R"((?<=a*)b)", R"(a$)",
        R"((a)\1)",  "[[a]b]", "(a",        "a)",         "[a",          "\\",          R"(\P{L}+)",
        R"(a(?! ))", "a{",     R"(a(?=.))", R"(a(?=\s))", "( ?a)+",      "(?x: a)",     R"([!-~ ]+)",
        R"(\D{2})",  R"(\X)",  R"(a\z)",    R"(a(?=b$))", "(?=a"})
    EXPECT_EQ(shape(regex), "") << regex;
}

// Expressions made by chance, and texts of few characters.
TEST(RegexShape, IsTrueOfWhatIsFound) {
  std::mt19937 random(5);
  const auto one_of = [&](const auto& list) { return std::string(list[random() % std::size(list)]); };
  const char* const atoms[] = {"a",      "b",   " ",   "\\s", "\\S",       "[ab]", "[^a]",
                               "[^\\s]", "\\n", "\\w", ".",   "(?:a|\\s)", "( b?)"};
  const char* const repeats[] = {"", "", "", "+", "*", "?", "{2}", "{1,2}", "+?"};
  const char* const ends[] = {"", "", "", "|", "(?!\\S)", "$"};
  const char* const characters[] = {"a", "b", "c", " ", " ", "\n", "-"};
  int num_shapes = 0;
  for (int i = 0; i < 200; ++i) {
    std::string regex;
    for (size_t size = 1 + random() % 4; size > 0; --size) regex += one_of(atoms) + one_of(repeats) + one_of(ends);
    const RegexShape shape = shape_of_regex(regex);
    num_shapes += shape.is_one_character || shape.is_white_space || shape.ends_before_space;
    std::string text;
    for (int size = 0; size < 400; ++size) text += one_of(characters);
    for (const TextPart& part : regex_pattern(regex)->parts_of(text)) {
      if (!part.is_match) continue;
      const std::string match = text.substr(part.begin, part.end - part.begin);
      EXPECT_TRUE(!shape.is_one_character || match.size() == 1) << regex;
      EXPECT_TRUE(!(shape.is_white_space || shape.ends_before_space) || !match.empty()) << regex;
      EXPECT_TRUE(!shape.is_white_space || match.find_first_not_of(" \n") == match.npos) << regex;
      for (const char* const visible : {"a ", "b ", "c ", "- "}) {
        EXPECT_TRUE(!shape.ends_before_space || match.find(visible) == match.npos) << regex << ": " << match;
      }
    }
  }
  EXPECT_GT(num_shapes, 25);
}

std::vector<size_t> borders(const Pattern& pattern, std::string_view text) {
  std::vector<size_t> found;
  for (const TextPart& part : pattern.parts_of(text)) {
    if (part.is_match) found.insert(found.end(), {part.begin, part.end});
  }
  return found;
}

// The matches of a text, and those of what is on both sides of each place where a space comes behind something else.
TEST(RegexShape, MatchesStayApartAtSpaces) {
  std::mt19937 random(9);
  const auto one_of = [&](const auto& list) { return std::string(list[random() % std::size(list)]); };
  const char* const atoms[] = {"a",    "b",   " ",   "\\s",       "\\S",   "[ab]",
                               "[^a]", "\\n", "\\w", "(?:a|\\s)", "( b?)", "(?:ab)"};
  const char* const repeats[] = {"", "", "", "+", "*", "?", "{1,2}", "+?", "++"};
  const char* const looks[] = {"",        "",        "",       "",         "",          "|",
                               "(?!\\S)", "(?=\\S)", "\\b",    "\\B",      "^",         "(?=b)",
                               "(?!a+)",  "(?<=a)",  "(?<! )", "(?<!a|b)", "(?=\\s|$)", "(?=a(?!b)|\\n)",
                               "(?=\\s)", "(?! )",   "(?<=ab)"};
  const char* const characters[] = {"a", "b", "c", " ", "\n", "-"};
  int num_apart = 0, num_places = 0;
  for (int i = 0; i < 600; ++i) {
    std::string regex;
    for (size_t size = 1 + random() % 4; size > 0; --size)
      regex += one_of(looks) + one_of(atoms) + one_of(repeats) + one_of(looks);
    if (!shape_of_regex(regex).is_apart_at_space) continue;
    ++num_apart;
    const auto pattern = regex_pattern(regex);
    std::string text;
    for (int size = 0; size < 60; ++size) text += one_of(characters);
    const std::vector<size_t> whole = borders(*pattern, text);
    for (size_t place = 1; place < text.size(); ++place) {
      if (text[place] != ' ' || text[place - 1] == ' ' || text[place - 1] == '\n') continue;
      ++num_places;
      std::vector<size_t> expected, found;
      for (const size_t at : whole) {
        if (at != place) expected.push_back(at);
      }
      for (const size_t at : borders(*pattern, text.substr(0, place))) {
        if (at < place) found.push_back(at);
      }
      for (const size_t at : borders(*pattern, text.substr(place - 1))) {
        if (at > 1) found.push_back(place - 1 + at);
      }
      ASSERT_EQ(found, expected) << regex << " at " << place << " of " << testing::PrintToString(text);
    }
  }
  EXPECT_GT(num_apart, 100);
  EXPECT_GT(num_places, 1000);
}

}  // namespace
}  // namespace slm::text
