#include "slm/data/shard_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "slm/core/error.h"
#include "slm/data/token_shard.h"
#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/temporary_name.h"

namespace slm::data {

using storage::GrowingFile;

const std::string ShardSequence::kUnfinishedHash(16, '0');

ShardSequence::ShardSequence(Options options, std::vector<PreparedIndex::Shard> shards)
    : options_(std::move(options)), shards_(std::move(shards)) {
  assert(options_.shard_tokens > 0 && options_.shard_tokens <= kMaxShardTokens);
  for (PreparedIndex::Shard& shard : shards_) restore(shard, &shard == &shards_.back());
  const std::string prefix = fmt::format("{}-", name(options_.part));
  for (const storage::FolderEntry& entry : storage::list_folder(options_.unfinished)) {
    if (!entry.name.starts_with(prefix) || !entry.name.ends_with(".bin")) continue;
    const auto is_known = [&](const auto& shard) { return shard.file == entry.name; };
    if (std::none_of(shards_.begin(), shards_.end(), is_known)) {
      storage::remove_tree(storage::join(options_.unfinished, entry.name));
    }
  }
}

std::string ShardSequence::path_of(const PreparedIndex::Shard& shard, bool is_final) const {
  return storage::join(is_final ? options_.folder : options_.unfinished, shard.file);
}

void ShardSequence::restore(PreparedIndex::Shard& shard, bool is_last) {
  const int64_t bytes = kShardHeaderBytes + shard.tokens * size_bytes(options_.type);
  if (is_last && shard.xxh64 == kUnfinishedHash) {
    file_ = std::make_unique<GrowingFile>(path_of(shard, false), bytes, *options_.calls);
    // The run before may have ended the shard after it was last on record.
    const std::string header = shard_header(options_.type, 0);
    file_->overwrite(0, std::as_bytes(std::span(header)));
    hasher_ = hasher_of_tokens(path_of(shard, false));
    return;
  }
  const bool is_published = storage::exists(path_of(shard, true));
  const std::string path = path_of(shard, is_published);
  if (storage::file_size(path) != bytes) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("has {} bytes, expected {} from the run before: use --overwrite to prepare all again",
                                  storage::file_size(path), bytes));
  }
  if (is_published) ++num_published_;
}

void ShardSequence::append(std::span<const std::byte> tokens) {
  const int64_t width = size_bytes(options_.type);
  assert(std::ssize(tokens) % width == 0);
  while (!tokens.empty()) {
    if (!file_) begin_shard();
    PreparedIndex::Shard& shard = shards_.back();
    const int64_t count = std::min(options_.shard_tokens - shard.tokens, std::ssize(tokens) / width);
    const auto piece = static_cast<size_t>(count * width);
    file_->write(tokens.first(piece));
    hasher_.update(tokens.first(piece));
    tokens = tokens.subspan(piece);
    shard.tokens += count;
    if (shard.tokens == options_.shard_tokens) end_shard();
  }
}

void ShardSequence::finish() {
  if (file_) end_shard();
}

void ShardSequence::begin_shard() {
  shards_.push_back(
      {options_.part, fmt::format("{}-{:05}.bin", name(options_.part), shards_.size()), 0, kUnfinishedHash});
  file_ = std::make_unique<GrowingFile>(path_of(shards_.back(), false), 0, *options_.calls);
  file_->write(shard_header(options_.type, 0));
  hasher_ = {};
}

void ShardSequence::end_shard() {
  PreparedIndex::Shard& shard = shards_.back();
  const std::string header = shard_header(options_.type, shard.tokens);
  file_->overwrite(0, std::as_bytes(std::span(header)));
  shard.xxh64 = hex_digits(hasher_.hash());
  file_->sync();
  file_.reset();
}

void ShardSequence::sync() {
  if (file_) file_->sync();
}

void ShardSequence::publish() {
  const size_t num_before = num_published_;
  for (; num_published_ < num_whole(); ++num_published_) {
    const std::string to = path_of(shards_[num_published_], true);
    if (options_.calls->rename(path_of(shards_[num_published_], false), to) != 0) {
      storage::throw_io_error(to, "cannot rename the finished shard", errno);
    }
  }
  if (num_published_ > num_before) storage::sync_folder_of(path_of(shards_.front(), true), *options_.calls);
}

}  // namespace slm::data
