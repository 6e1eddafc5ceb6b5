#include "slm/data/near_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::ScratchFolder;

// A third of them are variants of an earlier one, with some minima replaced.
std::vector<NearSignature> signatures(size_t count) {
  std::mt19937 random(3);
  std::vector<NearSignature> list(count);
  for (size_t i = 0; i < count; ++i) {
    NearSignature& signature = list[i];
    std::generate(signature.begin(), signature.end(), [&] { return static_cast<uint8_t>(random()); });
    if (i == 0 || random() % 3 != 0) continue;
    const size_t num_equal = 150 + random() % 130;
    std::copy_n(list[random() % i].begin(), num_equal, signature.begin());
  }
  return list;
}

// Compares with all that came before.
bool has_similar(const std::vector<NearSignature>& kept, const NearSignature& signature) {
  return std::any_of(kept.begin(), kept.end(), [&](const auto& other) {
    const auto equal = std::inner_product(other.begin(), other.end(), signature.begin(), 0, std::plus<>(),
                                          [](uint8_t a, uint8_t b) { return a == b ? 1 : 0; });
    return equal >= 225;  // 0.8 of 280, and one in 256 of the rest
  });
}

TEST(NearIndex, FindsWhatComparingWithAllFinds) {
  const ScratchFolder folder;
  NearIndex index(folder.path(), 0, storage::system_calls());
  std::vector<NearSignature> kept;
  int num_similar = 0;
  for (const NearSignature& signature : signatures(3000)) {
    const bool is_similar = has_similar(kept, signature);
    num_similar += is_similar;
    ASSERT_EQ(index.has_similar(signature), is_similar) << kept.size();
    if (is_similar) continue;
    index.insert(signature);
    kept.push_back(signature);
  }
  EXPECT_GT(num_similar, 200);
  EXPECT_EQ(index.size(), std::ssize(kept));
}

TEST(NearIndex, GoesOnWithAFileOfAnEarlierRun) {
  const ScratchFolder folder;
  const std::vector<NearSignature> list = signatures(50);
  {
    NearIndex first(folder.path(), 0, storage::system_calls());
    for (const NearSignature& signature : list) first.insert(signature);
    first.sync();
  }
  NearIndex second(folder.path(), 40, storage::system_calls());
  EXPECT_EQ(second.size(), 40);
  for (size_t i = 0; i < 40; ++i) EXPECT_TRUE(second.has_similar(list[i]));
  std::vector<NearSignature> kept(list.begin(), list.begin() + 40);
  for (size_t i = 40; i < 50; ++i) {
    EXPECT_EQ(second.has_similar(list[i]), has_similar(kept, list[i]));
    second.insert(list[i]);
    kept.push_back(list[i]);
  }
}

TEST(NearIndex, StaysQuickWhereAllShareABand) {
  const ScratchFolder folder;
  NearIndex index(folder.path(), 0, storage::system_calls());
  std::mt19937 random(4);
  for (int i = 0; i < 500; ++i) {
    NearSignature signature;
    std::generate(signature.begin(), signature.end(), [&] { return static_cast<uint8_t>(random()); });
    std::fill_n(signature.begin(), 100, uint8_t{1});  // ten bands
    EXPECT_FALSE(index.has_similar(signature));
    index.insert(signature);
    EXPECT_TRUE(index.has_similar(signature));
  }
}

}  // namespace
}  // namespace slm::data
