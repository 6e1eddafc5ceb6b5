#include "slm/data/prepare.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <map>

#include "slm/core/error.h"
#include "slm/core/interrupted.h"
#include "slm/core/quantities.h"
#include "slm/data/content_hash.h"
#include "slm/data/output_folder.h"
#include "slm/data/prepared_corpus.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "slm/storage/sha256.h"

namespace slm::data {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kRecordEvery{30};
constexpr const char* kTokenizerName = "tokenizer.json";

PrepareState first_state(const PrepareOptions& options, const std::string& tokenizer_sha256) {
  PrepareState state;
  state.index.tokenizer = {.file = kTokenizerName,
                           .sha256 = tokenizer_sha256,
                           .kind = std::string(options.tokenizer->kind()),
                           .vocab_size = options.tokenizer->vocab_size(),
                           .separator = options.tokenizer->special_tokens().document_separator()};
  state.index.documents = {"documents", std::string(64, '0')};
  state.index.command = options.command;
  return state;
}

void report_progress(const PrepareOptions& options, const BlockSource& blocks, const PrepareState& state) {
  if (!options.progress) return;
  const PreparedIndex::Counts total = state.index.total();
  options.progress({.bytes_read = blocks.bytes_read(),
                    .bytes_total = blocks.bytes_total(),
                    .text_bytes = total.bytes,
                    .tokens = total.tokens,
                    .max_tokens = options.max_tokens,
                    .train_tokens = state.index.counts(Part::kTrain).tokens});
}

// The blocks that an earlier run has written must come out the same again.
class EarlierBlocks {
 public:
  explicit EarlierBlocks(const PrepareState& state) : num_blocks_(state.next_block), expected_(state.raw_hash) {}

  // Whether `block` is one of them. Throws Error where it is the first of the others and these are not the same.
  bool take(const PreparedBlock& block) {
    if (block.index < num_blocks_) {
      hash_ = chained_hash(hash_, block.raw_hash);
      return true;
    }
    check();
    return false;
  }

  // Once all have come.
  void check() const {
    if (hash_ == expected_) return;
    throw Error(
        "the inputs are not those that the unfinished run has read: bring them back, or use --overwrite to prepare all "
        "again");
  }

 private:
  int64_t num_blocks_;
  uint64_t expected_;
  uint64_t hash_ = 0;
};

// False when `stop` came in between; all that was taken is then on record, unless that would cost an earlier corpus.
bool write_blocks(const PrepareOptions& options, BlockSource& blocks, PreparedWriter& writer, OutputFolder& folder) {
  auto last_record = Clock::now();
  EarlierBlocks earlier(writer.state());
  PreparedBlock block;
  while (!writer.is_full()) {
    if (options.stop && *options.stop) {
      if (!folder.holds_old()) writer.record();
      return false;
    }
    auto next = BlockSource::Next::kWaiting;
    try {
      next = blocks.next(block);
    } catch (const Interrupted&) {
      if (options.stop == nullptr || !*options.stop) throw;
      continue;
    }
    if (next == BlockSource::Next::kEnd) {
      earlier.check();
      break;
    }
    if (next == BlockSource::Next::kWaiting) continue;
    if (!earlier.take(block)) writer.add(block);
    report_progress(options, blocks, writer.state());
    if (writer.has_whole_shard() || (Clock::now() - last_record > kRecordEvery && !folder.holds_old())) {
      folder.remove_replaced();
      writer.record();
      last_record = Clock::now();
    }
  }
  return true;
}

// Only the end of the process ends the wait for a pipe that nobody writes into.
struct StopBlocks {
  void operator()(BlockSource* blocks) const {
    if (blocks->stop()) delete blocks;
  }
};

// Which commits of the hub's data sets an earlier run has read. A data set that it read at two has none to go on with.
std::map<std::string, std::string> commits_of(const PrepareState& state) {
  std::map<std::string, std::string> commits;
  for (const auto& input : state.index.inputs) {
    const auto commit = storage::commit_in_address(input.path);
    if (!commit) continue;
    std::string& known = commits[storage::parse_hub_address(input.path).repository];
    known = known.empty() || known == *commit ? *commit : "-";
  }
  std::erase_if(commits, [](const auto& entry) { return entry.second == "-"; });
  return commits;
}

void check_not_empty(const PrepareOptions& options, const PrepareState& state) {
  const PreparedIndex& index = state.index;
  if (index.counts(Part::kTrain).documents > 0) return;
  if (index.counts(Part::kVal).documents > 0) {
    throw Error(
        fmt::format("all text ({}) was chosen for validation: use a smaller --val_fraction (it is {}), or 0 for none",
                    counted(index.counts(Part::kVal).documents, "document"), options.val_fraction));
  }
  const int64_t num_skipped = state.skips.num_skipped();
  std::string why = "there is no text in the inputs";
  for (size_t i = 0; num_skipped > 0 && i < kNumSkipReasons; ++i) {
    const SkipCounts::Entry& entry = state.skips[static_cast<SkipReason>(i)];
    if (entry.count == 0 || static_cast<SkipReason>(i) == SkipReason::kInvalidUtf8) continue;
    why += fmt::format("; passed over: {} {}, the first in {}", entry.count,
                       describe(static_cast<SkipReason>(i), entry.count), entry.first_source);
  }
  throw Error(why + ": check the inputs, and --text_column");
}

void write_tensor(const PrepareOptions& options, PreparedIndex& index) {
  if (options.tensor_name.empty()) return;
  const TokenSource tokens = open_prepared_part(options.out, index, Part::kTrain);
  const std::string path = storage::join(options.out, options.tensor_name);
  options.write_tensor(path, tokens.size(), [&](int64_t begin, std::span<int32_t> ids) { tokens.copy(begin, ids); });
  index.tensor = {options.tensor_name, storage::sha256_of_file(path)};
}

}  // namespace

BlockSourceOptions block_source_options(const PrepareOptions& options, const PrepareState& state) {
  CorpusOptions corpus = options.corpus;
  corpus.spool_folder = options.out;
  corpus.hub.commits = commits_of(state);
  return {.inputs = options.inputs,
          .preparer = {.corpus = std::move(corpus),
                       .special_in_text = options.special_in_text,
                       .with_signatures = options.dedup == Dedup::kNear},
          .tokenizer = options.tokenizer,
          .num_threads = options.num_threads,
          .share = {},
          .first_block = state.next_block,
          .max_tokens = options.max_tokens};
}

PrepareResult prepare(const PrepareOptions& options) {
  const std::string tokenizer_json = options.tokenizer->to_json();
  const std::string tokenizer_sha256 = storage::sha256_of(tokenizer_json);
  OutputFolder folder({.path = options.out,
                       .command = options.command,
                       .tokenizer_sha256 = tokenizer_sha256,
                       .overwrite = options.overwrite});
  if (folder.finished()) {
    PrepareResult result;
    result.index = *folder.finished();
    result.was_complete = true;
    return result;
  }
  try {
    PrepareResult result;
    result.is_resumed = folder.recorded().has_value();
    PrepareState state = folder.recorded().value_or(first_state(options, tokenizer_sha256));
    const int64_t bytes_before = state.index.total().bytes;
    std::unique_ptr<BlockSource, StopBlocks> blocks;
    if (!state.is_read && !state.index.is_cut) {
      blocks.reset(options.open_blocks(block_source_options(options, state)).release());
    }
    folder.begin();
    PreparedWriter writer({.folder = folder.path(),
                           .unfinished = folder.unfinished(),
                           .type = options.tokenizer->vocab_size() > 65536 ? TokenType::kUInt32 : TokenType::kUInt16,
                           .max_tokens = options.max_tokens,
                           .val_fraction = options.val_fraction,
                           .shard_tokens = options.shard_tokens,
                           .dedup = options.dedup,
                           .calls = options.calls},
                          std::move(state));
    if (blocks && !write_blocks(options, *blocks, writer, folder)) {
      result.is_interrupted = true;
      folder.discard_if_unrecorded();
      result.index = writer.state().index;
      return result;
    }
    blocks.reset();
    check_not_empty(options, writer.state());
    folder.remove_replaced();
    result.index = writer.finish();
    storage::write_file(storage::join(options.out, kTokenizerName), tokenizer_json, *options.calls);
    write_tensor(options, result.index);
    storage::write_file(storage::join(options.out, kIndexName), to_json(result.index), *options.calls);
    folder.end();
    result.text_bytes_done = result.index.total().bytes - bytes_before;
    return result;
  } catch (...) {
    folder.discard_if_unrecorded();
    throw;
  }
}

}  // namespace slm::data
