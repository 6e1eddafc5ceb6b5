#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "slm/data/content_hash.h"
#include "slm/data/token_source.h"

namespace slm::data {

// Token shards, `.bin`, little-endian (docs/data.md):
//   llm.c      256 x int32: magic, version, number of tokens, zeros; then the tokens and nothing else.
//              magic 20240520, version 1: uint16 tokens; magic 20240801, version 7: uint32 tokens.
//   nanoGPT    uint16 tokens from the first byte on.
// A file is llm.c's exactly when its first four bytes are one of these magics. A file of nanoGPT's would need 55448 or
// 55729 as its first id to be mistaken for one: more than the ids of the GPT-2 vocabulary that it is made with.
inline constexpr int64_t kShardHeaderBytes = 1024;
inline constexpr int64_t kMaxShardTokens = INT32_MAX;

struct ShardLayout {
  bool has_header = false;
  TokenType type = TokenType::kUInt16;
  int64_t num_tokens = 0;

  int64_t first_byte() const { return has_header ? kShardHeaderBytes : 0; }
};

// Reads the layout from the file's first bytes (kShardHeaderBytes of them, or the whole file if it is shorter) and its
// size. Throws FormatError, with `path` as the path: every kind of damage that can be seen from here.
ShardLayout parse_shard_layout(std::span<const std::byte> beginning, int64_t file_bytes, const std::string& path);

// The first kShardHeaderBytes of a shard in llm.c's layout, of `type` kUInt16 or kUInt32. No reader takes one that
// counts no tokens: so a shard that is still being written counts none.
std::string shard_header(TokenType type, int64_t num_tokens);

// The hash of what follows the header of the shard at `path`. Throws IoError.
ContentHasher hasher_of_tokens(const std::string& path);

// A hash as index.json has it.
std::string hex_digits(uint64_t hash);

// The shard at `path`, mapped: costs no memory. Throws IoError or FormatError.
TokenSource open_token_shard(const std::string& path);

}  // namespace slm::data
