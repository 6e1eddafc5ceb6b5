#include "slm/data/content_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <utility>

namespace slm::data {
namespace {

// Values of libxxhash 0.8.1, of bytes (7i + n) mod 251 + 1 for i < n.
TEST(ContentHash, IsXxh64) {
  const std::pair<int, uint64_t> known[] = {
      {0, 0xef46db3751d8e999},   {1, 0x4b79b8c95732b0e7},   {3, 0x7951f7beecfdcf72},   {4, 0x2cbb0401b3c5c5df},
      {7, 0xd22c5ea7521c69c0},   {8, 0xdda3fb4d65510b17},   {14, 0x5845db5d9d63a3e5},  {31, 0x9f02270f10037a09},
      {32, 0xe22fef98707df363},  {33, 0x30335e9943223516},  {63, 0x8a8a60d6a5dc0e84},  {64, 0x284257bae013d13d},
      {100, 0x8aba5a34cbb23108}, {222, 0x36680562d09d38c1}, {1000, 0x9cc1a905d1eb16fb}};
  for (const auto& [n, hash] : known) {
    std::string bytes;
    for (int i = 0; i < n; ++i) bytes += static_cast<char>((i * 7 + n) % 251 + 1);
    EXPECT_EQ(content_hash(bytes), hash) << n;
  }
}

TEST(ContentHash, IsTheSameInPieces) {
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += static_cast<char>(i * 7 % 251);
  std::mt19937 random(1);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ContentHasher hasher;
    for (size_t at = 0; at < size;) {
      const size_t count = std::min<size_t>(size - at, random() % (size % 3 == 0 ? 10 : 100));
      hasher.update(std::as_bytes(std::span(bytes).subspan(at, count)));
      at += count;
    }
    EXPECT_EQ(hasher.hash(), content_hash(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(ContentHash, ChoosesTheGivenFraction) {
  for (const double fraction : {0.0, 0.005, 0.25, 0.999}) {
    int chosen = 0;
    for (int i = 0; i < 100000; ++i) chosen += is_chosen(content_hash("document " + std::to_string(i)), fraction);
    EXPECT_NEAR(chosen / 1e5, fraction, 0.005) << fraction;  // three standard deviations
  }
}

TEST(ContentHash, ChainsTellOrdersApart) {
  EXPECT_NE(chained_hash(chained_hash(0, 1), 2), chained_hash(chained_hash(0, 2), 1));
}

}  // namespace
}  // namespace slm::data
