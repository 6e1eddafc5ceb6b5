#include "slm/data/token_source.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;

std::vector<int32_t> read(const TokenSource& source, int64_t begin, int64_t count) {
  std::vector<int32_t> ids(static_cast<size_t>(count), -77);
  source.copy(begin, ids);
  return ids;
}

template <class T>
TokenSource counting(T first, size_t count, std::string name = "numbers") {
  std::vector<T> ids(count);
  std::iota(ids.begin(), ids.end(), first);
  return TokenSource(std::move(ids), std::move(name));
}

TEST(TokenSource, ReadsEveryWidth) {
  EXPECT_EQ(read(TokenSource(std::vector<uint8_t>{1, 255}, "x"), 0, 2), (std::vector<int32_t>{1, 255}));
  EXPECT_EQ(read(TokenSource(std::vector<uint16_t>{1, 65535}, "x"), 0, 2), (std::vector<int32_t>{1, 65535}));
  EXPECT_EQ(read(TokenSource(std::vector<uint32_t>{1, 200000}, "x"), 0, 2), (std::vector<int32_t>{1, 200000}));
  EXPECT_EQ(read(TokenSource(std::vector<int32_t>{1, 200000}, "x"), 0, 2), (std::vector<int32_t>{1, 200000}));
  EXPECT_EQ(read(TokenSource(std::vector<int64_t>{1, 200000}, "x"), 0, 2), (std::vector<int32_t>{1, 200000}));
}

TEST(TokenSource, MarksIdsThatNoModelCanHave) {
  EXPECT_EQ(read(TokenSource(std::vector<uint32_t>{0x80000000u}, "x"), 0, 1)[0], -1);
  EXPECT_EQ(read(TokenSource(std::vector<int64_t>{int64_t{1} << 40}, "x"), 0, 1)[0], -1);
  EXPECT_EQ(TokenSource(std::vector<int64_t>{int64_t{1} << 40}, "x")[0], int64_t{1} << 40);
}

TEST(TokenSource, SlicesShareTheTokens) {
  const TokenSource slice = counting<uint16_t>(0, 100).slice(10, 60).slice(5, 20);
  EXPECT_EQ(slice.size(), 15);
  EXPECT_EQ(read(slice, 0, 15), read(counting<uint16_t>(15, 15), 0, 15));
  EXPECT_EQ(slice.slice(3, 3).size(), 0);
}

TEST(TokenSource, JoinsPartsOfDifferentWidths) {
  const std::array parts = {counting<uint8_t>(0, 7), TokenSource(), counting<int64_t>(7, 5).slice(0, 4),
                            counting<uint16_t>(11, 20)};
  const TokenSource whole = TokenSource::concatenate(parts, "whole");
  ASSERT_EQ(whole.size(), 31);
  for (int64_t begin = 0; begin < 31; ++begin) {
    for (int64_t count = 0; count <= 31 - begin; ++count) {
      ASSERT_EQ(read(whole, begin, count),
                read(counting<int32_t>(static_cast<int32_t>(begin), static_cast<size_t>(count)), 0, count));
    }
  }
  EXPECT_EQ(whole.slice(5, 25)[10], 15);
}

TEST(TokenSource, NamesTheFirstIdThatTheVocabularyDoesNotHave) {
  const std::array parts = {counting<uint16_t>(0, 10, "a.bin"), counting<uint16_t>(0, 100, "b.bin").slice(20, 100)};
  const TokenSource whole = TokenSource::concatenate(parts, "folder");
  whole.check_ids(100);
  whole.check_ids(50, 0, 40);
  EXPECT_EQ(
      message_of<Error>([&] { whole.slice(3, 90).check_ids(50); }),
      "b.bin: token 50 is id 50, but the vocabulary has 50 (ids 0 to 49): set --vocab_size to at least 51, or check "
      "that the data was made with this tokenizer");
  EXPECT_EQ(message_of<Error>([] {
              TokenSource(std::vector<int32_t>{4, -2}, "t.pt").check_ids(10);
            }),
            "t.pt: token 1 is id -2, expected at least 0: is this a sequence of token ids?");
  EXPECT_EQ(message_of<Error>([] {
              TokenSource(std::vector<int64_t>{4, -2}, "t.pt").check_ids(10);
            }),
            "t.pt: token 1 is id -2, expected at least 0: is this a sequence of token ids?");
}

TEST(TokenSource, FindsAWrongIdBehindTheFirstBlocks) {
  std::vector<uint16_t> ids(100000, 3);
  ids[98765] = 9;
  EXPECT_TRUE(message_of<Error>([&] { TokenSource(ids, "x").check_ids(9); }).starts_with("x: token 98765 is id 9,"));
}

TEST(TokenSource, CountsTheBytesOfItsText) {
  const auto lengths = std::make_shared<const std::vector<int32_t>>(std::vector<int32_t>{1, 2, 3});
  const TokenSource source(std::vector<uint8_t>{0, 1, 2, 2, 1, 0}, "x");
  EXPECT_FALSE(source.text_bytes());
  const TokenSource exact = source.with_text(12, lengths);
  EXPECT_EQ(exact.text_bytes(), 12);
  EXPECT_EQ(exact.slice(1, 4).text_bytes(), 8);
  // A text of 24 bytes of which the tokens spell 12: each slice gets twice what its tokens spell.
  EXPECT_EQ(source.with_text(24, lengths).slice(1, 4).text_bytes(), 16);
}

TEST(TokenSource, PicksTheNarrowestType) {
  EXPECT_EQ(narrowest_token_type(256), TokenType::kUInt8);
  EXPECT_EQ(narrowest_token_type(257), TokenType::kUInt16);
  EXPECT_EQ(narrowest_token_type(65536), TokenType::kUInt16);
  EXPECT_EQ(narrowest_token_type(65537), TokenType::kUInt32);
}

}  // namespace
}  // namespace slm::data
