#include "slm/data/torch_randint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "slm/core/error.h"
#include "slm/data/dummy_tokens.h"

namespace slm::data {
namespace {

TEST(TorchRandint, DrawsTheNumbersThatPyTorchDraws) {
  std::ifstream fixture(SLM_SOURCE_DIR "/tests/data/fixtures/torch_randint.txt");
  ASSERT_TRUE(fixture);
  int num_cases = 0;
  for (std::string line; std::getline(fixture, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    uint64_t seed, checksum, want_checksum = 0;
    int64_t high, count;
    words >> seed >> high >> count >> checksum;
    SCOPED_TRACE(fmt::format("seed {} high {} count {}", seed, high, count));
    const std::vector<int64_t> numbers = torch_randint(seed, high, count);
    ASSERT_EQ(static_cast<int64_t>(numbers.size()), count);
    size_t i = 0;
    for (int64_t want; words >> want; ++i) ASSERT_EQ(numbers[i], want) << "at " << i;
    for (i = 0; i < numbers.size(); ++i) want_checksum += (i + 1) * static_cast<uint64_t>(numbers[i]);
    EXPECT_EQ(want_checksum, checksum);
    ++num_cases;
  }
  EXPECT_GE(num_cases, 40);
}

TEST(DummyTokens, AreThoseNumbersAsIds) {
  const TokenSource source = dummy_tokens(42, 10000);
  const std::vector<int64_t> numbers = torch_randint(42, 10000, 10000);
  ASSERT_EQ(source.size(), 10000);
  for (int64_t i = 0; i < source.size(); ++i) ASSERT_EQ(source[i], numbers[static_cast<size_t>(i)]);
  EXPECT_FALSE(source.text_bytes());
}

TEST(DummyTokens, NeedAVocabulary) { EXPECT_THROW(dummy_tokens(42, 0), UsageError); }

}  // namespace
}  // namespace slm::data
