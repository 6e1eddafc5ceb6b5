#include "slm/data/shard_sequence.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

#include "slm/core/error.h"
#include "slm/data/content_hash.h"
#include "slm/data/token_shard.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using Names = std::vector<std::string>;
using test::ScratchFolder;

ShardSequence::Options options(const ScratchFolder& folder, int64_t shard_tokens, TokenType type = TokenType::kUInt16) {
  storage::make_folders(folder / "unfinished");
  return {.folder = folder.path(), .unfinished = folder / "unfinished", .type = type, .shard_tokens = shard_tokens};
}

void append(ShardSequence& sequence, uint16_t begin, uint16_t end) {
  std::vector<uint16_t> ids(static_cast<size_t>(end - begin));
  std::iota(ids.begin(), ids.end(), begin);
  sequence.append(std::as_bytes(std::span(ids)));
}

// The tokens of the published shards, which must be 0, 1, 2 ...
int64_t count_tokens(const ScratchFolder& folder, const ShardSequence& sequence) {
  int64_t count = 0;
  for (const auto& shard : sequence.shards()) {
    const TokenSource source = open_token_shard(folder / shard.file);
    EXPECT_EQ(source.size(), shard.tokens);
    const std::string tokens = storage::read_file(folder / shard.file).substr(kShardHeaderBytes);
    EXPECT_EQ(shard.xxh64, fmt::format("{:016x}", content_hash(tokens)));
    for (int64_t i = 0; i < source.size(); ++i) EXPECT_EQ(source[i], count++);
  }
  return count;
}

Names names_in(const std::string& path) {
  Names names;
  for (const auto& entry : storage::list_folder(path)) names.push_back(entry.name);
  return names;
}

// What a run that was killed had on record when it had written tokens 0 to `count`; it goes on writing up to `written`.
std::vector<PreparedIndex::Shard> killed_run(const ScratchFolder& folder, uint16_t count, bool is_published,
                                             uint16_t written) {
  ShardSequence sequence(options(folder, 100), {});
  append(sequence, 0, count);
  sequence.sync();
  const std::vector<PreparedIndex::Shard> recorded = sequence.shards();
  if (is_published) sequence.publish();
  append(sequence, count, written);
  return recorded;
}

TEST(ShardSequence, CutsTokensIntoShards) {
  const ScratchFolder folder;
  ShardSequence sequence(options(folder, 100), {});
  append(sequence, 0, 30);
  append(sequence, 30, 330);
  EXPECT_EQ(sequence.num_whole(), 3u);
  EXPECT_EQ(folder.names(), Names{"unfinished"});
  sequence.finish();
  sequence.publish();
  EXPECT_EQ(folder.names(),
            (Names{"train-00000.bin", "train-00001.bin", "train-00002.bin", "train-00003.bin", "unfinished"}));
  EXPECT_EQ(count_tokens(folder, sequence), 330);
  EXPECT_EQ(sequence.shards().back().tokens, 30);
}

TEST(ShardSequence, NobodyTakesAGrowingShardForAWholeOne) {
  const ScratchFolder folder;
  ShardSequence sequence(options(folder, 100), {});
  append(sequence, 0, 30);
  sequence.sync();
  EXPECT_NE(test::message_of<FormatError>([&] {
              open_token_shard(folder / "unfinished/train-00000.bin");
            }).find("counts no tokens"),
            std::string::npos);
}

TEST(ShardSequence, GoesOnFromWhereItWasOnRecord) {
  // After the record the first run writes nothing, some tokens, all of the shard, or several shards.
  for (const int written : {150, 151, 199, 200, 201, 455}) {
    const ScratchFolder folder;
    ShardSequence second(options(folder, 100), killed_run(folder, 150, true, static_cast<uint16_t>(written)));
    EXPECT_EQ(names_in(folder / "unfinished"), Names{"train-00001.bin"});
    append(second, 150, 320);
    second.finish();
    second.publish();
    EXPECT_EQ(count_tokens(folder, second), 320) << written;
    EXPECT_TRUE(names_in(folder / "unfinished").empty());
  }
}

TEST(ShardSequence, PublishesWhatAKilledRunHadOnRecord) {
  const ScratchFolder folder;
  ShardSequence second(options(folder, 100), killed_run(folder, 250, false, 250));
  second.publish();
  EXPECT_EQ(folder.names(), (Names{"train-00000.bin", "train-00001.bin", "unfinished"}));
  second.finish();
  second.publish();
  EXPECT_EQ(count_tokens(folder, second), 250);
}

TEST(ShardSequence, MissesShardsThatWereOnRecord) {
  const ScratchFolder folder;
  const std::vector<PreparedIndex::Shard> recorded = killed_run(folder, 150, true, 150);
  storage::remove_tree(folder / "train-00000.bin");
  EXPECT_NE(test::message_of<Error>([&] { ShardSequence(options(folder, 100), recorded); }), "no error");
}

TEST(ShardSequence, WritesWideTokens) {
  const ScratchFolder folder;
  ShardSequence sequence(options(folder, 100, TokenType::kUInt32), {});
  const std::vector<uint32_t> ids = {0, 1, 100000};
  sequence.append(std::as_bytes(std::span(ids)));
  sequence.finish();
  sequence.publish();
  const TokenSource source = open_token_shard(folder / "train-00000.bin");
  EXPECT_EQ(source.size(), 3);
  EXPECT_EQ(source[2], 100000);
}

}  // namespace
}  // namespace slm::data
