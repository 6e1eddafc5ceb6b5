#include "slm/text/short_word_merger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "slm/text/byte_tokenizer.h"

namespace slm::text {
namespace {

using Pair = std::pair<std::string, std::string>;

std::array<int32_t, 256> byte_ids(const Vocabulary& vocabulary) {
  std::array<int32_t, 256> ids;
  for (size_t byte = 0; byte < 256; ++byte) ids[byte] = vocabulary.find(byte_level_alphabet()[byte]);
  return ids;
}

BpeModel model_of(const std::vector<Pair>& merges) {
  Vocabulary vocabulary;
  for (const auto& letter : byte_level_alphabet()) vocabulary.add(letter, vocabulary.size());
  std::vector<std::pair<std::string_view, std::string_view>> views;
  for (const auto& [left, right] : merges) {
    if (vocabulary.find(left + right) == kNoToken) vocabulary.add(left + right, vocabulary.size());
    views.emplace_back(left, right);
  }
  return BpeModel(std::move(vocabulary), views, {});
}

// By the definition: the first of all merges that are possible, at its leftmost place, until there is none.
std::vector<std::string> merged(const std::string& word, const std::map<Pair, size_t>& ranks) {
  std::vector<std::string> parts;
  for (const char c : word) parts.emplace_back(1, c);
  while (true) {
    size_t best = ranks.size(), at = 0;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find({parts[i], parts[i + 1]});
      if (found != ranks.end() && found->second < best) {
        best = found->second;
        at = i;
      }
    }
    if (best == ranks.size()) return parts;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

// Merges of what there is by then, as a trainer makes them.
std::vector<Pair> random_merges(std::mt19937& random) {
  std::vector<std::string> tokens = {"a", "b", "c"};
  std::vector<Pair> merges;
  const size_t num_merges = random() % 60 + 1;
  while (merges.size() < num_merges) {
    const auto any = [&] { return tokens[random() % tokens.size()]; };
    const Pair pair(any(), any());
    const std::string both = pair.first + pair.second;
    if (both.size() > 18 || std::find(tokens.begin(), tokens.end(), both) != tokens.end()) continue;
    merges.push_back(pair);
    tokens.push_back(both);
  }
  return merges;
}

TEST(ShortWordMerger, GivesWhatMergingGives) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const std::vector<Pair> merges = random_merges(random);
    std::map<Pair, size_t> ranks;
    for (size_t rank = 0; rank < merges.size(); ++rank) ranks[merges[rank]] = rank;
    const BpeModel model = model_of(merges);
    const ShortWordMerger merger(model, byte_ids(model.vocabulary()));
    ASSERT_TRUE(merger.can_merge());
    std::vector<std::string> words(random() % 30 + 1);
    std::vector<ShortWord> short_words;
    for (std::string& word : words) {
      word.resize(random() % ShortWord::kMaxBytes + 1);
      for (char& c : word) c = "abcd"[random() % (random() % 8 == 0 ? 4 : 3)];
      short_words.push_back(ShortWord::of(word));
    }
    for (const MergeShortWords merge : {merge_short_words, avx512_merge_short_words()}) {
      if (merge == nullptr) continue;  // not on this processor
      std::vector<ShortWordIds> ids(words.size());
      merge(merger.merges(), short_words, ids.data());
      for (size_t i = 0; i < words.size(); ++i) {
        std::vector<std::string> found;
        for (size_t k = 0; k < ids[i].count; ++k) found.emplace_back(model.vocabulary().token(ids[i].ids[k]));
        ASSERT_EQ(found, merged(words[i], ranks)) << words[i] << " in round " << round;
      }
    }
  }
}

TEST(ShortWordMerger, RefusesTokensThatAreNotNumberedAsTheyAreMade) {
  const BpeModel in_order = model_of({{"a", "b"}, {"ab", "c"}});
  EXPECT_TRUE(ShortWordMerger(in_order, byte_ids(in_order.vocabulary())).can_merge());
  const BpeModel twice = model_of({{"a", "b"}, {"b", "c"}, {"a", "bc"}, {"ab", "c"}});
  EXPECT_FALSE(ShortWordMerger(twice, byte_ids(twice.vocabulary())).can_merge());
  Vocabulary vocabulary;
  for (const auto& letter : byte_level_alphabet()) vocabulary.add(letter, vocabulary.size());
  for (const char* token : {"bc", "ab"}) vocabulary.add(token, vocabulary.size());
  const BpeModel other(std::move(vocabulary), {{"a", "b"}, {"b", "c"}}, {});
  EXPECT_FALSE(ShortWordMerger(other, byte_ids(other.vocabulary())).can_merge());
}

TEST(SmallMergeTable, FindsWhatItWasMadeOfHoweverFullItIs) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, size_t{20000}, SmallMergeTable::kMaxMerges}) {
    std::mt19937 random(4);
    std::map<std::pair<uint16_t, uint16_t>, uint16_t> expected;
    std::vector<SmallMergeTable::Entry> entries;
    while (entries.size() < size) {
      const auto number = [&] { return static_cast<uint16_t>(random() % 300); };
      const SmallMergeTable::Entry entry = {number(), number(), static_cast<uint16_t>(entries.size())};
      if (expected.emplace(std::pair(entry.left, entry.right), entry.id).second) entries.push_back(entry);
    }
    const SmallMergeTable table(entries);
    ASSERT_TRUE(table.is_complete());
    for (uint16_t left = 0; left < 300; ++left) {
      for (uint16_t right = 0; right < 300; ++right) {
        const auto found = expected.find({left, right});
        ASSERT_EQ(table.find(left, right), found == expected.end() ? SmallMergeTable::kNone : found->second);
      }
    }
  }
}

}  // namespace
}  // namespace slm::text
