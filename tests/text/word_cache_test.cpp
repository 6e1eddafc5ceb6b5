#include "slm/text/word_cache.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "slm/text/string_hash.h"

namespace slm::text {
namespace {

using Ids = std::vector<int32_t>;

Ids written(const PackedIds& packed) {
  int32_t ids[PackedIds::kRoom];
  const uint32_t count = packed.write(ids);
  return PackedIds::are_here(count) ? Ids(ids, ids + count) : Ids{-1};
}

TEST(PackedIdsTest, GivesBackWhatFits) {
  std::mt19937 random(1);
  for (const int32_t bound : {10, 65'535, 65'536, INT32_MAX}) {
    for (size_t size = 0; size <= 10; ++size) {
      for (int i = 0; i < 20; ++i) {
        Ids ids(size);
        bool are_narrow = true;
        for (int32_t& id : ids) {
          id = i == 0 ? bound : static_cast<int32_t>(random() % static_cast<uint32_t>(bound));
          are_narrow &= id <= 65'535;
        }
        const bool fits = size <= (are_narrow ? PackedIds::kMaxNarrow : PackedIds::kMaxWide);
        const PackedIds packed = PackedIds::of(ids);
        EXPECT_EQ(packed.is_elsewhere(), !fits);
        if (fits) {
          EXPECT_EQ(written(packed), ids);
        }
      }
    }
  }
  EXPECT_TRUE(PackedIds::unknown().is_unknown());
}

// What a word became, in this test: so many ids that each of them can be told from the word.
Ids ids_of(const std::string& word) {
  Ids ids(hash_bytes(word) % 9 + 1);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>((hash_bytes(word) >> i) % 70'000);
  return ids;
}

// Looks the word up as the encoders do; empty where it is not known.
Ids look_up(WordCache& cache, const std::string& word) {
  if (word.size() <= ShortWord::kMaxBytes) {
    const WordKey key(ShortWord::of(word));
    const PackedIds packed = cache.find(key, cache.place_of(key));
    if (packed.is_unknown()) return {};
    if (!packed.is_elsewhere()) return written(packed);
  }
  const auto ids = cache.find_long(word, hash_bytes(word));
  return {ids.begin(), ids.end()};
}

void learn(WordCache& cache, const std::string& word) {
  const Ids ids = ids_of(word);
  if (word.size() <= ShortWord::kMaxBytes) {
    const WordKey key(ShortWord::of(word));
    WordCache::insert(key, cache.place_of(key), PackedIds::of(ids));
    if (!PackedIds::of(ids).is_elsewhere()) return;
  }
  cache.insert_long(word, hash_bytes(word), ids);
}

// Short, medium and long ones. Few different ones most of the time.
std::string random_word(std::mt19937& random) {
  std::mt19937 letters(random() % (random() % 4 == 0 ? 1'000'000 : 5'000));
  const size_t longest[] = {15, 15, 31, 600};
  std::string word(letters() % longest[letters() % 4] + 1, '\0');
  for (char& c : word) c = static_cast<char>(letters() % 26 + 'a');
  return word;
}

TEST(WordCacheTest, KnowsWhatItLearned) {
  WordTable table;
  WordCache cache(table);
  for (const size_t size : {1u, 8u, 15u, 16u, 31u, 32u, 512u}) {
    const std::string word(size, 'x');
    EXPECT_EQ(look_up(cache, word), Ids()) << size;
    learn(cache, word);
    EXPECT_EQ(look_up(cache, word), ids_of(word)) << size;
  }
  EXPECT_EQ(written(cache.find(WordKey(ShortWord::of("")), cache.empty_place())), Ids());
}

TEST(WordCacheTest, NeverGivesIdsOfAnotherWordToAnyThread) {
  constexpr int kNumWords = 100'000;
  WordTable table;
  std::vector<std::thread> threads;
  std::array<int, 3> num_known{};
  for (size_t i = 0; i < num_known.size(); ++i) {
    threads.emplace_back([&, i] {
      WordCache cache(table);
      std::mt19937 random(static_cast<uint32_t>(i));
      for (int n = 0; n < kNumWords; ++n) {
        const std::string word = random_word(random);
        const Ids known = look_up(cache, word);
        if (known.empty()) {
          learn(cache, word);
        } else {
          ++num_known[i];
          ASSERT_EQ(known, ids_of(word)) << word;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int known : num_known) EXPECT_GT(known, kNumWords / 2);
}

}  // namespace
}  // namespace slm::text
