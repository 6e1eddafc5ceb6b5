#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "slm/data/content_hash.h"
#include "slm/data/prepared_index.h"
#include "slm/data/token_source.h"
#include "slm/storage/growing_file.h"
#include "slm/storage/system_calls.h"

namespace slm::data {

// The tokens of one part, cut into shards: part-00000.bin, part-00001.bin ... Shards grow in the folder `unfinished`;
// whole ones move to `folder` with publish(), which the caller allows once they are on record. So whatever happens, a
// shard under its final name is whole and accounted for.
class ShardSequence {
 public:
  struct Options {
    std::string folder;
    std::string unfinished;
    Part part = Part::kTrain;
    TokenType type = TokenType::kUInt16;  // or kUInt32
    int64_t shard_tokens = 0;             // of every shard but the last; at most kMaxShardTokens
    storage::SystemCalls* calls = &storage::system_calls();
  };
  // The hash of a shard that is not whole.
  static const std::string kUnfinishedHash;

  // Goes on behind `shards`, which shards() of an earlier run said at its last sync(); what was written after that is
  // cut off or removed. Throws IoError, and FormatError where a shard has gone.
  ShardSequence(Options options, std::vector<PreparedIndex::Shard> shards);

  // Tokens as they are stored.
  void append(std::span<const std::byte> tokens);

  // Ends the last shard.
  void finish();

  // All shards so far; the last one has kUnfinishedHash while it grows.
  const std::vector<PreparedIndex::Shard>& shards() const { return shards_; }
  size_t num_whole() const { return shards_.size() - (file_ ? 1 : 0); }

  // Writes what shards() says out to the disk.
  void sync();
  // Gives the whole shards their final names.
  void publish();

 private:
  std::string path_of(const PreparedIndex::Shard& shard, bool is_final) const;
  void restore(PreparedIndex::Shard& shard, bool is_last);
  void begin_shard();
  void end_shard();

  Options options_;
  std::vector<PreparedIndex::Shard> shards_;
  size_t num_published_ = 0;
  std::unique_ptr<storage::GrowingFile> file_;  // the shard that grows
  ContentHasher hasher_;                        // of its tokens
};

}  // namespace slm::data
