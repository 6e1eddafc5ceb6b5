#include "slm/text/word_counter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>
#include <sstream>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"

namespace slm::text {
namespace {

using Words = std::map<std::string, int64_t>;

constexpr int64_t kLittleMemory = 9'000'000;  // counting takes 8 MB of it for texts

void split_at_spaces(std::string_view text, WordCounts& words) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(" \n", at), text.size());
    if (end > at) words.add(text.substr(at, end - at));
    at = end + 1;
  }
}

// Words of one to forty bytes, the short ones often.
std::string random_text(std::mt19937& random, size_t num_words) {
  std::string text;
  for (size_t i = 0; i < num_words; ++i) {
    const std::string digits = std::to_string(random() % (random() % 2 == 0 ? 1000 : 10'000'000));
    text += random() % 10 == 0 ? digits + "-a-word-of-more-than-fifteen-bytes" : digits;
    text += random() % 12 == 0 ? ".\nline" : " ";
  }
  return text;
}

std::vector<std::string> random_texts() {
  std::mt19937 random(11);
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back(random_text(random, random() % 100));
  texts.push_back(random_text(random, 60'000));  // long enough to be cut
  return texts;
}

Words words_of(const CountedWords& counted) {
  Words words;
  counted.for_each([&](std::string_view word, int64_t count) {
    EXPECT_TRUE(words.emplace(word, count).second) << word << " comes twice";
  });
  EXPECT_EQ(counted.size(), static_cast<int64_t>(words.size()));
  return words;
}

Words count(const std::vector<std::string>& texts, const WordCounterOptions& options) {
  WordCounter counter(split_at_spaces, options);
  for (const std::string& text : texts) counter.add(text);
  return words_of(counter.finish());
}

class Threads {
 public:
  explicit Threads(int number) : before_(num_threads()) { set_num_threads(number); }
  ~Threads() { set_num_threads(before_); }

 private:
  int before_;
};

TEST(WordCounter, CountsTheSameWithAnyNumberOfThreadsAndAnyMemory) {
  const std::vector<std::string> texts = random_texts();
  Words expected;
  for (const std::string& text : texts) {
    std::istringstream stream(text);
    for (std::string word; stream >> word;) ++expected[word];
  }
  const test::ScratchFolder folder;
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    for (const bool has_little_memory : {false, true}) {
      WordCounterOptions options{.temporary_folder = folder.path()};
      if (has_little_memory) options.max_memory_bytes = kLittleMemory;
      EXPECT_EQ(count(texts, options), expected) << threads << " threads, little memory: " << has_little_memory;
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WordCounter, GivesWordsInTheOrderOfTheirBytes) {
  const test::ScratchFolder folder;
  for (const bool has_little_memory : {false, true}) {
    WordCounterOptions options{.temporary_folder = folder.path()};
    if (has_little_memory) options.max_memory_bytes = 0;
    WordCounter counter(split_at_spaces, options);
    counter.add("b \xff ab a c ab");
    counter.add("a-word-of-more-than-fifteen-bytes \xc3\xa9 b");
    std::vector<std::string> words;
    counter.finish().for_each_sorted([&](std::string_view word, int64_t) { words.emplace_back(word); });
    EXPECT_EQ(words,
              std::vector<std::string>({"a", "a-word-of-more-than-fifteen-bytes", "ab", "b", "c", "\xc3\xa9", "\xff"}));
  }
}

TEST(WordCounter, LeavesNothingInTheFolderWhileItWrites) {
  const test::ScratchFolder folder;
  WordCounter counter(split_at_spaces, {.max_memory_bytes = 0, .temporary_folder = folder.path()});
  for (const std::string& text : random_texts()) counter.add(text);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WordCounter, SaysThatTheDiskIsFull) {
  const test::ScratchFolder folder;
  test::FullDisk disk(100'000);
  WordCounter counter(split_at_spaces, {.max_memory_bytes = 0, .temporary_folder = folder.path()}, disk);
  try {
    for (const std::string& text : random_texts()) counter.add(text);
    FAIL() << "no error";
  } catch (const IoError& error) {
    EXPECT_EQ(std::string(error.what()),
              folder.path() +
                  ": cannot write counted words to a temporary file: No space left on device; free some "
                  "space, or choose a folder on another disk");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace slm::text
