#include "slm/data/token_shard.h"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cstring>
#include <memory>
#include <vector>

#include "slm/core/error.h"
#include "slm/storage/file_source.h"
#include "slm/storage/mapped_file.h"

namespace slm::data {
namespace {

struct ShardKind {
  int32_t magic;
  int32_t version;
  TokenType type;
};
constexpr ShardKind kNarrow{20240520, 1, TokenType::kUInt16};
constexpr ShardKind kWide{20240801, 7, TokenType::kUInt32};

constexpr int32_t kMultipleChoiceMagic = 20240522;
constexpr int32_t kTokenizerMagic = 20240328;
constexpr int32_t kModelMagic = 20240326;

int32_t header_word(std::span<const std::byte> beginning, size_t index) {
  int32_t word;
  std::memcpy(&word, beginning.data() + index * sizeof word, sizeof word);
  return word;
}

const char* foreign_content(int32_t magic) {
  switch (magic) {
    case kMultipleChoiceMagic:
      return "llm.c's multiple-choice questions";
    case kTokenizerMagic:
      return "llm.c's tokenizer";
    case kModelMagic:
      return "llm.c's model";
    default:
      return nullptr;
  }
}

ShardLayout parse_header(std::span<const std::byte> beginning, const ShardKind& kind, int64_t file_bytes,
                         const std::string& path) {
  if (file_bytes < kShardHeaderBytes) {
    throw FormatError(path, file_bytes,
                      fmt::format("the shard's header ends here, expected {} bytes: truncated copy? copy it again",
                                  kShardHeaderBytes));
  }
  const int32_t version = header_word(beginning, 1);
  if (version != kind.version) {
    throw FormatError(path, 4, fmt::format("the shard has version {}, expected {}", version, kind.version));
  }
  const int64_t num_tokens = header_word(beginning, 2);
  if (num_tokens == 0) {
    throw FormatError(path, 8, "the shard's header counts no tokens: slm prepare was stopped while it wrote it");
  }
  if (num_tokens < 0) throw FormatError(path, 8, fmt::format("the shard's header counts {} tokens", num_tokens));
  const int64_t expected = kShardHeaderBytes + num_tokens * size_bytes(kind.type);
  if (file_bytes != expected) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("the file has {} bytes, its header's {} tokens make {}: {}", file_bytes, num_tokens,
                                  expected, file_bytes < expected ? "truncated copy? copy it again" : "not a shard?"));
  }
  return {.has_header = true, .type = kind.type, .num_tokens = num_tokens};
}

}  // namespace

ShardLayout parse_shard_layout(std::span<const std::byte> beginning, int64_t file_bytes, const std::string& path) {
  assert(static_cast<int64_t>(beginning.size()) >= std::min(file_bytes, kShardHeaderBytes));
  if (file_bytes == 0) {
    throw FormatError(path, FormatError::kNoOffset,
                      "the file is empty, expected tokens: truncated copy? copy it again");
  }
  const int32_t magic = file_bytes < 4 ? 0 : header_word(beginning, 0);
  for (const ShardKind& kind : {kNarrow, kWide}) {
    if (magic == kind.magic) return parse_header(beginning, kind, file_bytes, path);
  }
  if (const char* content = foreign_content(magic)) {
    throw FormatError(path, 0, fmt::format("the file holds {}, expected tokens", content));
  }
  if (file_bytes % 2 != 0) {
    throw FormatError(
        path, FormatError::kNoOffset,
        fmt::format("the file has {} bytes: without llm.c's header its tokens are uint16, an even number of "
                    "bytes: truncated copy? copy it again",
                    file_bytes));
  }
  return {.has_header = false, .type = TokenType::kUInt16, .num_tokens = file_bytes / 2};
}

std::string shard_header(TokenType type, int64_t num_tokens) {
  assert(type == kNarrow.type || type == kWide.type);
  const ShardKind& kind = type == kWide.type ? kWide : kNarrow;
  const std::array<int32_t, kShardHeaderBytes / 4> header = {kind.magic, kind.version,
                                                             static_cast<int32_t>(num_tokens)};
  return {reinterpret_cast<const char*>(header.data()), sizeof header};
}

ContentHasher hasher_of_tokens(const std::string& path) {
  ContentHasher hasher;
  const auto source = storage::open_file_source(path);
  source->seek(kShardHeaderBytes);
  std::vector<std::byte> piece(size_t{1} << 20);
  while (const size_t size = source->read(piece)) hasher.update(std::span(piece).first(size));
  return hasher;
}

std::string hex_digits(uint64_t hash) { return fmt::format("{:016x}", hash); }

TokenSource open_token_shard(const std::string& path) {
  auto file = std::make_shared<const storage::MappedFile>(path);
  const std::span<const std::byte> bytes = file->bytes();
  const ShardLayout layout = parse_shard_layout(bytes, static_cast<int64_t>(bytes.size()), path);
  return TokenSource(file, bytes.subspan(static_cast<size_t>(layout.first_byte())), layout.type, path,
                     /*is_mapped=*/true);
}

}  // namespace slm::data
