#include "slm/data/stories.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "slm/data/story_plots.h"
#include "slm/data/story_template.h"

namespace slm::data {
namespace {

std::vector<std::string> split_stories(const std::string& text) {
  std::vector<std::string> stories;
  size_t begin = 0;
  for (size_t end; (end = text.find("\n\n", begin)) != std::string::npos; begin = end + 2) {
    stories.push_back(text.substr(begin, end - begin));
  }
  stories.push_back(text.substr(begin));
  return stories;
}

uint64_t fnv1a(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

TEST(Stories, AreTheSameForASeedAndOthersForAnother) {
  const std::string text = make_stories({.seed = 42, .size_bytes = 200'000});
  EXPECT_EQ(text, make_stories({.seed = 42, .size_bytes = 200'000}));
  EXPECT_NE(text.substr(0, 1000), make_stories({.seed = 43, .size_bytes = 2000}).substr(0, 1000));
  EXPECT_TRUE(make_stories({.seed = 42, .size_bytes = 300'000}).starts_with(text));
}

TEST(Stories, HaveTheSizeThatWasAskedFor) {
  const std::string text = make_stories({});
  EXPECT_GE(text.size(), 4'000'000u);
  EXPECT_LT(text.size(), 4'003'000u);
  EXPECT_TRUE(text.ends_with(".\n") || text.ends_with("!\n") || text.ends_with(".\"\n"));
}

TEST(Stories, AreSentences) {
  const std::string text = make_stories({.size_bytes = 1'000'000});
  for (const char c : text) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  EXPECT_EQ(text.find_first_of("[]{}|"), std::string::npos);
  for (const char* wrong : {"  ", " \n", "\n\n\n", " .", " ,", "..", ",.", " a a", " a e", " a i", " a o", " an b",
                            " an s", ". a", ". s", "? a"}) {
    EXPECT_EQ(text.find(wrong), std::string::npos) << '"' << wrong << '"';
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    EXPECT_TRUE(std::isupper(line[0]) || line[0] == '"') << line;
    EXPECT_NE(std::string(".!\"").find(line.back()), std::string::npos) << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), '"') % 2, 0) << line;
  }
}

TEST(Stories, BeginWithTheirHeroAndKeepToOnePronoun) {
  // "..., there was a kind girl named Anna." or "Anna was a kind girl ...": children's stories, whose hero's gender
  // shows.
  const std::regex named("there was an? \\w+ (?:little|young) (girl|boy) named (\\w+)\\."),
      was("^(\\w+) was an? \\w+ (?:little|young) (girl|boy) ");
  int num_checked = 0;
  for (const std::string& story : split_stories(make_stories({.size_bytes = 500'000}))) {
    std::smatch match;
    std::string name, kind;
    if (std::regex_search(story, match, named)) {
      kind = match[1], name = match[2];
    } else if (std::regex_search(story, match, was)) {
      kind = match[2], name = match[1];
    } else {
      continue;
    }
    ++num_checked;
    EXPECT_NE(story.find(name, match[0].length()), std::string::npos) << story;
    const std::string wrong = kind == "girl" ? " himself" : " herself";
    EXPECT_EQ(story.find(wrong), std::string::npos) << story;
  }
  EXPECT_GT(num_checked, 200);
}

TEST(Stories, AreVaried) {
  const std::vector<std::string> stories = split_stories(make_stories({}));
  EXPECT_GT(stories.size(), 3000u);
  EXPECT_EQ(std::set<std::string>(stories.begin(), stories.end()).size(), stories.size());
  std::set<std::string> words;
  std::istringstream text(make_stories({}));
  for (std::string word; text >> word;) words.insert(word);
  EXPECT_GT(words.size(), 1000u);
  EXPECT_GE(story_plots().size(), 10u);
}

// A change of words changes this on purpose; a machine must not.
TEST(Stories, AreTheSameOnEveryMachine) {
  EXPECT_EQ(fnv1a(make_stories({.seed = 42, .size_bytes = 100'000})), 1243779055201063893u);
}

TEST(StoryTemplate, FillsSlotsChoicesAndArticles) {
  StorySlots slots;
  slots.set("h", "Anna");
  slots.set("thing", "{color} hat");
  slots.set("color", "[orange|orange]");
  StoryDice dice(RandomStream{1, 2, 3});
  EXPECT_EQ(fill_template("{h} has {a} {thing}. {A} {color} one! {A} [big|big] one. {Thing}[|]", slots, dice),
            "Anna has an orange hat. An orange one! A big one. Orange hat");
}

TEST(StoryTemplate, ChoosesEachAlternativeAboutAsOften) {
  StorySlots slots;
  StoryDice dice(RandomStream{1, 2, 3});
  int num_a = 0;
  for (int i = 0; i < 3000; ++i) num_a += fill_template("[x|[y|z]|w]", slots, dice) == "x" ? 1 : 0;
  EXPECT_NEAR(num_a, 1000, 100);
}

}  // namespace
}  // namespace slm::data
