#include "slm/text/versioned_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace slm::text {
namespace {

using Four = VersionedWords<4>;

constexpr uint64_t kMaxVersion = (uint64_t{1} << (64 - Four::kVersionShift)) - 1;
constexpr uint64_t kContent = (uint64_t{1} << Four::kMarkShift) - 1;  // what a last word has below its mark

// Words that belong together: who reads some of one write and some of another sees it.
Four::Words words_of(uint64_t number) {
  const uint64_t a = number * 0x9E3779B97F4A7C15u, b = ~a * 0xD6E8FEB86659FD93u;
  return {number, a, b, ((a ^ b) & kContent) | (number % 8) << Four::kMarkShift};
}

void expect_whole(Four::Words words) {
  words[3] &= (uint64_t{1} << Four::kVersionShift) - 1;
  EXPECT_EQ(words, words_of(words[0]));
}

TEST(VersionedWordsTest, GivesBackWhatWasWritten) {
  Four entry{};
  EXPECT_TRUE(entry.is_unused());
  for (uint64_t number = 1; number < 50; ++number) {
    ASSERT_TRUE(entry.write(words_of(number)));
    EXPECT_FALSE(entry.is_unused());
    Four::Words words;
    ASSERT_TRUE(entry.read_whole(words));
    EXPECT_EQ(words[0], number);
    expect_whole(words);
  }
}

TEST(VersionedWordsTest, NeverUsesAVersionTwice) {
  Four entry{};
  uint64_t num_writes = 0, last_version = 0;
  while (num_writes < 10'000 && entry.write(words_of(num_writes))) {
    Four::Words words;
    ASSERT_TRUE(entry.read_whole(words));
    const uint64_t version = words[3] >> Four::kVersionShift;
    ASSERT_GT(version, last_version);
    last_version = version;
    ++num_writes;
  }
  EXPECT_EQ(num_writes, kMaxVersion);
  Four::Words words;
  ASSERT_TRUE(entry.read_whole(words));
  EXPECT_EQ(words[0], num_writes - 1);  // the last one stays
}

// All threads at the same entry, until its versions have come to their end; then at the next one.
TEST(VersionedWordsTest, ReadersSeeOneWriteOrNothing) {
  std::vector<Four> entries(300);
  std::atomic<size_t> current = 0;
  const auto version_of = [](Four& entry) {
    Four::Words words;
    return entry.read_whole(words) ? words[3] >> Four::kVersionShift : 0;
  };
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 2; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937_64 random(seed);
      for (size_t i = current; i < entries.size(); i = current) {
        const bool is_written = entries[i].write(words_of(random()));
        if (!is_written && version_of(entries[i]) == kMaxVersion) current.compare_exchange_strong(i, i + 1);
      }
    });
  }
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      // Some, should the writers be done before this begins.
      for (size_t num_read = 0; current < entries.size() || num_read < 100;) {
        Four::Words words;
        Four& entry = entries[std::min<size_t>(current, entries.size() - 1)];
        if (!entry.read_whole(words) || words[3] >> Four::kVersionShift == 0) continue;
        expect_whole(words);
        ++num_read;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace slm::text
