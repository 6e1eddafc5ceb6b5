#include "slm/data/token_shard.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <numeric>

#include "data/write_shard.h"
#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;
using test::ScratchFolder;

std::string bytes_of(const std::vector<int32_t>& words) {
  return {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(int32_t)};
}

// A shard written down by hand: magic, version, count, zeros, then `content`.
std::string shard(int32_t magic, int32_t version, int32_t num_tokens, const std::string& content) {
  std::vector<int32_t> header(256);
  header[0] = magic;
  header[1] = version;
  header[2] = num_tokens;
  return bytes_of(header) + content;
}

std::string error_of(const std::string& content) {
  const auto bytes = std::as_bytes(std::span(content));
  return message_of<FormatError>([&] {
    parse_shard_layout(bytes.first(std::min<size_t>(bytes.size(), 1024)), static_cast<int64_t>(bytes.size()), "s.bin");
  });
}

TEST(TokenShard, HasTheHeaderOfItsLayout) {
  EXPECT_EQ(shard_header(TokenType::kUInt16, 3), shard(20240520, 1, 3, ""));
  EXPECT_EQ(shard_header(TokenType::kUInt32, 2), shard(20240801, 7, 2, ""));
}

TEST(TokenShard, ReadsBothLayouts) {
  const ScratchFolder folder;
  for (const int64_t vocab_size : {256, 65536, 65537, 200000}) {
    std::vector<int32_t> ids(5000);
    for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(static_cast<int64_t>(i) * 7919 % vocab_size);
    test::write_shard(folder / "s.bin", ids, vocab_size > 65536);
    const TokenSource source = open_token_shard(folder / "s.bin");
    EXPECT_TRUE(source.is_mapped());
    std::vector<int32_t> got(ids.size());
    ASSERT_EQ(source.size(), static_cast<int64_t>(ids.size()));
    source.copy(0, got);
    EXPECT_EQ(got, ids);
  }
}

TEST(TokenShard, ReadsBareTokens) {
  const ScratchFolder folder;
  storage::write_file(folder / "train.bin", std::string_view("\x01\x00\x50\xC4", 4));
  const TokenSource source = open_token_shard(folder / "train.bin");
  ASSERT_EQ(source.size(), 2);
  EXPECT_EQ(source[0], 1);
  EXPECT_EQ(source[1], 50256);
}

TEST(TokenShard, RefusesAnEmptyFile) {
  EXPECT_EQ(error_of(""), "s.bin: the file is empty, expected tokens: truncated copy? copy it again");
}

TEST(TokenShard, RefusesAHeaderThatEndsEarly) {
  EXPECT_EQ(error_of(shard(20240520, 1, 4, "").substr(0, 1000)),
            "s.bin: byte 1000: the shard's header ends here, expected 1024 bytes: truncated copy? copy it again");
  EXPECT_NE(error_of(bytes_of({20240801})), "no error");
}

TEST(TokenShard, RefusesAnotherVersion) {
  EXPECT_EQ(error_of(shard(20240520, 7, 1, "ab")), "s.bin: byte 4: the shard has version 7, expected 1");
  EXPECT_EQ(error_of(shard(20240801, 1, 1, "abcd")), "s.bin: byte 4: the shard has version 1, expected 7");
}

TEST(TokenShard, RefusesACountThatTheSizeDenies) {
  EXPECT_EQ(error_of(shard(20240520, 1, 3, "abcd")),
            "s.bin: the file has 1028 bytes, its header's 3 tokens make 1030: truncated copy? copy it again");
  EXPECT_EQ(error_of(shard(20240520, 1, 1, "abcd")),
            "s.bin: the file has 1028 bytes, its header's 1 tokens make 1026: not a shard?");
  EXPECT_EQ(
      error_of(shard(20240801, 7, INT32_MAX, "abcd")),
      "s.bin: the file has 1028 bytes, its header's 2147483647 tokens make 8589935612: truncated copy? copy it again");
  EXPECT_EQ(error_of(shard(20240801, 7, 1, "abcd")), "no error");
}

TEST(TokenShard, RefusesACountThatIsNotPositive) {
  EXPECT_EQ(error_of(shard(20240520, 1, 0, "")),
            "s.bin: byte 8: the shard's header counts no tokens: slm prepare was stopped while it wrote it");
  EXPECT_EQ(error_of(shard(20240520, 1, -1, "")), "s.bin: byte 8: the shard's header counts -1 tokens");
}

TEST(TokenShard, NamesOtherFilesOfLlmC) {
  EXPECT_EQ(error_of(shard(20240522, 1, 1, "")),
            "s.bin: byte 0: the file holds llm.c's multiple-choice questions, expected tokens");
  EXPECT_EQ(error_of(shard(20240328, 2, 1, "")), "s.bin: byte 0: the file holds llm.c's tokenizer, expected tokens");
  EXPECT_EQ(error_of(shard(20240326, 3, 1, "")), "s.bin: byte 0: the file holds llm.c's model, expected tokens");
}

TEST(TokenShard, RefusesBareTokensOfAnOddSize) {
  EXPECT_EQ(error_of("abc"),
            "s.bin: the file has 3 bytes: without llm.c's header its tokens are uint16, an even number of bytes: "
            "truncated copy? copy it again");
}

TEST(TokenShard, SaysThatThereIsNoSuchFile) {
  EXPECT_NE(message_of<IoError>([] { open_token_shard("/no/such.bin"); }).find("/no/such.bin"), std::string::npos);
}

}  // namespace
}  // namespace slm::data
