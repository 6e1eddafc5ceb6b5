#include "slm/data/prepared_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/content_hash.h"
#include "slm/data/document_starts.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/file_source.h"
#include "slm/storage/folder.h"
#include "slm/storage/mapped_file.h"
#include "slm/storage/read_file.h"
#include "slm/storage/sha256.h"

namespace slm::data {
namespace {

using storage::GrowingFile;
using storage::join;

constexpr size_t kMaxInputs = 10000;  // that index.json lists one by one
constexpr uint64_t kEndOfDocument = 1;
constexpr int64_t kReleasedTokens = int64_t{1} << 20;

std::string starts_path(const PreparedWriter::Options& options, Part part) {
  return join(options.unfinished, fmt::format("{}-documents", name(part)));
}

std::string held_path(const PreparedWriter::Options& options) { return join(options.unfinished, "held"); }

void append(GrowingFile& file, uint64_t number) { file.write(std::as_bytes(std::span(&number, 1))); }

void add_to(PreparedIndex::Counts& counts, int64_t bytes, int64_t tokens) {
  counts.documents += 1;
  counts.bytes += bytes;
  counts.tokens += tokens;
}

}  // namespace

PreparedWriter::PreparedWriter(Options options, PrepareState state)
    : options_(std::move(options)), state_(std::move(state)), seen_(options_.unfinished) {
  for (const Part part : kParts) {
    std::vector<PreparedIndex::Shard> shards;
    for (const auto& shard : state_.index.shards) {
      if (shard.part == part) shards.push_back(shard);
    }
    sequences_[static_cast<size_t>(part)] =
        std::make_unique<ShardSequence>(ShardSequence::Options{.folder = options_.folder,
                                                               .unfinished = options_.unfinished,
                                                               .part = part,
                                                               .type = options_.type,
                                                               .shard_tokens = options_.shard_tokens,
                                                               .calls = options_.calls},
                                        std::move(shards));
    const int64_t num_documents = state_.index.counts(part).documents;
    starts_[static_cast<size_t>(part)] =
        std::make_unique<GrowingFile>(starts_path(options_, part), 8 * num_documents, *options_.calls);
  }
  const std::string hashes_path = join(options_.unfinished, "hashes");
  hashes_ = std::make_unique<GrowingFile>(hashes_path, 8 * state_.num_hashes, *options_.calls);
  if (state_.num_hashes > 0) {
    const storage::MappedFile file(hashes_path);
    const std::span hashes(reinterpret_cast<const uint64_t*>(file.bytes().data()),
                           static_cast<size_t>(state_.num_hashes));
    for (const uint64_t hash : hashes) seen_.insert(hash);
  }
  if (options_.dedup == Dedup::kNear) {
    near_ = std::make_unique<NearIndex>(options_.unfinished, state_.num_signatures, *options_.calls);
  }
  const LongDocument& document = state_.long_document;
  if (document.held_tokens > 0) {
    const int64_t size = document.held_begin + document.held_tokens * size_bytes(options_.type);
    held_ = std::make_unique<GrowingFile>(held_path(options_), size, *options_.calls);
  }
  for (const auto& sequence : sequences_) {
    sequence->publish();
    num_recorded_whole_ += sequence->num_whole();
  }
}

void PreparedWriter::add(const PreparedBlock& block) {
  state_.skips.merge(block.skips);
  state_.raw_hash = chained_hash(state_.raw_hash, block.raw_hash);
  state_.next_block = block.index + 1;
  state_.index.special_tokens_in_text += block.special_tokens_in_text;
  count_inputs(block);
  const int64_t width = size_bytes(options_.type);
  size_t token_byte = 0;
  auto signature = block.signatures.begin();
  auto minima = block.minima.begin();
  for (const PreparedBlock::Document& document : block.documents) {
    const auto num_bytes = static_cast<size_t>(document.num_tokens * width);
    const auto tokens = std::span(block.tokens).subspan(token_byte, num_bytes);
    const NearSignature* of_document = document.has_signature ? &*signature++ : nullptr;
    token_byte += num_bytes;
    if (!document.is_start || !document.is_end) {
      add_piece(document, tokens, near_ ? &*minima++ : nullptr);
    } else if (PreparedIndex::Counts* duplicates = duplicates_of(document, of_document)) {
      add_to(*duplicates, document.bytes, document.num_tokens);
    } else {
      write_document(document, tokens);
    }
    if (is_full()) break;
  }
  write_gathered();
}

// Equal documents have equal pieces. One whose pieces so far nobody began with is no repetition, and is written as it
// comes; any other is held back until it differs, or ends where an earlier one did. Whether it is similar to an earlier
// one is known at its end only.
void PreparedWriter::add_piece(const PreparedBlock::Document& piece, std::span<const std::byte> tokens,
                               const NearMinima* minima) {
  LongDocument& document = state_.long_document;
  if (piece.is_start) {
    document = {.first_hash = piece.hash, .is_held = options_.dedup != Dedup::kNone};
    document.held_begin = held_ ? held_->size_bytes() : 0;
  }
  document.hash = chained_hash(document.hash, piece.hash);
  if (piece.is_end) document.hash = chained_hash(document.hash, kEndOfDocument);
  if (minima != nullptr) take_smaller(document.minima, *minima);
  const bool is_new = options_.dedup == Dedup::kNone || !seen_.contains(document.hash);
  if (is_new && options_.dedup != Dedup::kNone) remember(document.hash);
  const bool may_be_similar = near_ && near_->size() > 0;
  PreparedIndex::Counts* duplicates = nullptr;
  if (piece.is_end && !is_new) {
    duplicates = &state_.index.exact_duplicates;
  } else if (piece.is_end && has_similar_long_document()) {
    duplicates = &state_.index.near_duplicates;
  }
  if (may_be_similar ? piece.is_end && duplicates == nullptr : is_new) release_held();
  if (!document.is_held) {
    if (!is_full()) write_document(piece, tokens);
    return;
  }
  if (!held_) held_ = std::make_unique<GrowingFile>(held_path(options_), 0, *options_.calls);
  held_->write(tokens);
  document.held_bytes += piece.bytes;
  document.held_tokens += piece.num_tokens;
  if (!piece.is_end) return;
  add_to(*duplicates, document.held_bytes, document.held_tokens);
  document = {};
}

bool PreparedWriter::has_similar_long_document() {
  const NearMinima& minima = state_.long_document.minima;
  if (!near_ || minima == near_minima({})) return false;  // not one 5-gram
  const NearSignature signature = near_signature(minima);
  if (near_->has_similar(signature)) return true;
  near_->insert(signature);
  return false;
}

void PreparedWriter::release_held() {
  LongDocument& document = state_.long_document;
  document.is_held = false;
  if (document.held_bytes == 0) return;
  const int64_t width = size_bytes(options_.type);
  bool is_start = true;
  if (document.held_tokens > 0) held_->flush();
  const auto source = document.held_tokens > 0 ? storage::open_file_source(held_path(options_)) : nullptr;
  if (source) source->seek(document.held_begin);
  std::vector<std::byte> tokens;
  do {
    const int64_t count = std::min(document.held_tokens, kReleasedTokens);
    const int64_t bytes =
        count == document.held_tokens ? document.held_bytes : document.held_bytes / document.held_tokens * count;
    tokens.resize(static_cast<size_t>(count * width));
    if (source && storage::read_fully(*source, tokens) < tokens.size()) {
      throw FormatError(held_path(options_), FormatError::kNoOffset, "was cut off: use --overwrite");
    }
    write_document(
        {.hash = document.first_hash, .bytes = bytes, .num_tokens = count, .is_start = is_start, .is_end = false},
        tokens);
    write_gathered();
    is_start = false;
    document.held_bytes -= bytes;
    document.held_tokens -= count;
  } while (document.held_tokens > 0 && !is_full());
  document.held_bytes = document.held_tokens = 0;
}

PreparedIndex::Counts* PreparedWriter::duplicates_of(const PreparedBlock::Document& document,
                                                     const NearSignature* signature) {
  if (options_.dedup == Dedup::kNone) return nullptr;
  if (seen_.contains(document.hash)) return &state_.index.exact_duplicates;
  if (signature != nullptr && near_->has_similar(*signature)) return &state_.index.near_duplicates;
  remember(document.hash);
  if (signature != nullptr) near_->insert(*signature);
  return nullptr;
}

void PreparedWriter::remember(uint64_t hash) {
  seen_.insert(hash);
  append(*hashes_, hash);
  ++state_.num_hashes;
}

void PreparedWriter::write_document(const PreparedBlock::Document& document, std::span<const std::byte> tokens) {
  if (document.is_start) {
    state_.open_part = is_chosen(document.hash, options_.val_fraction) ? Part::kVal : Part::kTrain;
  }
  state_.is_open = !document.is_end;
  const Part part = state_.open_part;
  PreparedIndex::Counts& counts = state_.index.counts(part);
  int64_t num_tokens = document.num_tokens, num_bytes = document.bytes;
  if (part == Part::kTrain && options_.max_tokens) {
    num_tokens = std::min(num_tokens, *options_.max_tokens - counts.tokens);
    if (num_tokens < document.num_tokens) num_bytes = num_bytes * num_tokens / document.num_tokens;
  }
  if (document.is_start) {
    append(starts(part), static_cast<uint64_t>(counts.tokens));
    ++counts.documents;
  }
  counts.bytes += num_bytes;
  counts.tokens += num_tokens;
  gather(part, tokens.first(static_cast<size_t>(num_tokens * size_bytes(options_.type))));
  state_.index.is_cut = part == Part::kTrain && options_.max_tokens == counts.tokens;
}

// Neighbours in a block are written at once.
void PreparedWriter::gather(Part part, std::span<const std::byte> tokens) {
  if (part != gathered_part_ || tokens.data() != gathered_.data() + gathered_.size()) write_gathered();
  gathered_part_ = part;
  gathered_ = gathered_.empty() ? tokens : std::span(gathered_.data(), gathered_.size() + tokens.size());
}

void PreparedWriter::write_gathered() {
  if (!gathered_.empty()) sequence(gathered_part_).append(gathered_);
  gathered_ = {};
}

void PreparedWriter::count_inputs(const PreparedBlock& block) {
  auto& inputs = state_.index.inputs;
  for (const auto& input : block.inputs) {
    if (inputs.empty() || inputs.back().path != input.path) {
      if (inputs.size() <= kMaxInputs) inputs.push_back({inputs.size() == kMaxInputs ? "..." : input.path, 0});
    }
    inputs.back().bytes += input.bytes;
  }
}

bool PreparedWriter::has_whole_shard() const {
  size_t num_whole = 0;
  for (const auto& sequence : sequences_) num_whole += sequence->num_whole();
  return num_whole > num_recorded_whole_;
}

void PreparedWriter::record() {
  state_.index.shards.clear();
  num_recorded_whole_ = 0;
  for (const Part part : kParts) {
    sequence(part).sync();
    starts(part).sync();
    const auto& shards = sequence(part).shards();
    state_.index.shards.insert(state_.index.shards.end(), shards.begin(), shards.end());
    num_recorded_whole_ += sequence(part).num_whole();
  }
  if (state_.num_hashes > 0) hashes_->sync();
  if (held_) held_->sync();
  if (near_) {
    near_->sync();
    state_.num_signatures = near_->size();
  }
  if (state_.long_document.held_tokens == 0) state_.long_document.held_begin = 0;
  storage::write_file(join(options_.unfinished, kStateName), to_json(state_), *options_.calls);
  if (state_.long_document.held_tokens == 0) held_.reset();  // the next one begins the file anew
  for (const Part part : kParts) sequence(part).publish();
}

PreparedIndex PreparedWriter::finish() {
  state_.is_read = true;
  state_.num_hashes = 0;  // nothing is compared with them any more
  for (const Part part : kParts) sequence(part).finish();
  record();
  write_documents_file();
  PreparedIndex index = state_.index;
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    const auto reason = static_cast<SkipReason>(i);
    const SkipCounts::Entry& entry = state_.skips[reason];
    if (entry.count == 0) continue;
    if (reason == SkipReason::kInvalidUtf8) {
      index.invalid_utf8_places = entry.count;
      continue;
    }
    std::string first = entry.first_source;
    if (entry.first_line > 0) first += fmt::format(", line {}", entry.first_line);
    // An error of a file begins with its name.
    if (entry.detail.starts_with(first)) {
      first = entry.detail;
    } else if (!entry.detail.empty()) {
      first += ": " + entry.detail;
    }
    constexpr int64_t kSeveral = 2;  // the reason stands before the number there
    index.skipped.push_back({std::string(describe(reason, kSeveral)), entry.count, first});
  }
  return index;
}

void PreparedWriter::write_documents_file() {
  const std::string path = join(options_.folder, kDocumentStartsName);
  storage::AtomicFile file(path, *options_.calls);
  file.write(
      document_starts_header(state_.index.counts(Part::kTrain).documents, state_.index.counts(Part::kVal).documents));
  for (const Part part : kParts) {
    if (state_.index.counts(part).documents == 0) continue;
    const storage::MappedFile starts_file(starts_path(options_, part));
    file.write(starts_file.bytes());
  }
  file.commit();
  state_.index.documents = {std::string(kDocumentStartsName), storage::sha256_of_file(path)};
}

}  // namespace slm::data
