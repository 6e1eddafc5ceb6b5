#include "slm/data/block_source.h"

#include <chrono>
#include <utility>

#include "slm/core/error.h"
#include "slm/data/block_pipeline.h"
#include "slm/data/content_hash.h"
#include "slm/data/corpus.h"

namespace slm::data {
namespace {

constexpr std::chrono::milliseconds kPatience{50};
constexpr int64_t kMaxBytesInFlight = int64_t{48} << 20;
constexpr int64_t kBytesPerThread = int64_t{2} << 20;  // enough to keep a thread busy

// What `later` has that `earlier` did not have.
SkipCounts difference(const SkipCounts& later, const SkipCounts& earlier, int64_t block) {
  SkipCounts added;
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    const auto reason = static_cast<SkipReason>(i);
    const SkipCounts::Entry& entry = later[reason];
    const int64_t count = entry.count - earlier[reason].count;
    if (count > 0) added.add(reason, block, entry.first_source, entry.first_line, count, entry.detail);
  }
  return added;
}

struct ReadBlock {
  CorpusBlock block;
  SkipCounts skips;  // of the reader, since the block before
  bool is_mine = false;
  bool is_end = false;
};

class LocalBlocks final : public BlockSource {
 public:
  explicit LocalBlocks(BlockSourceOptions options)
      : options_(std::move(options)),
        reader_(options_.inputs, options_.preparer.corpus),
        preparer_(options_.tokenizer, options_.preparer),
        pipeline_({.read = [this](ReadBlock& block) { return read(block); },
                   .work = [this](ReadBlock& block) { return prepare(block); },
                   .size = [](const ReadBlock& block) { return std::ssize(block.block.bytes); },
                   .num_threads = options_.num_threads,
                   .max_bytes = std::max(kMaxBytesInFlight, options_.num_threads * kBytesPerThread)}) {}

  Next next(PreparedBlock& block) override {
    std::optional<PreparedBlock> result = pipeline_.next(kPatience);
    if (!result) return pipeline_.is_waiting() ? Next::kWaiting : Next::kEnd;
    block = std::move(*result);
    return Next::kBlock;
  }
  bool stop() override { return pipeline_.stop(); }
  int64_t bytes_read() const override { return reader_.bytes_read(); }
  std::optional<int64_t> bytes_total() const override { return reader_.bytes_total(); }

 private:
  bool is_mine(int64_t index) const { return index % options_.share.num_ranks == options_.share.rank; }

  bool read(ReadBlock& out) {
    while (!is_read_) {
      is_read_ = !reader_.next(out.block);
      const int64_t index = is_read_ ? next_index_ : out.block.index;
      const bool is_before = index < options_.share.first_block;
      if (is_read_ && is_before) throw_other_inputs();
      if (is_before && options_.expected_raw_hash) raw_hash_ = chained_hash(raw_hash_, content_hash(out.block.bytes));
      next_index_ = index + 1;
      if (next_index_ == options_.share.first_block && options_.expected_raw_hash.value_or(raw_hash_) != raw_hash_) {
        throw_other_inputs();
      }
      out.skips = difference(reader_.skips(), skips_, index);
      skips_ = reader_.skips();
      // What the reader passed over before first_block is on record already.
      if (is_before) continue;
      out.block.index = index;
      out.is_end = is_read_;
      out.is_mine = !is_read_ && is_mine(index);
      if (is_read_ || !out.is_mine) out.block.bytes.clear();
      if (options_.share.rank != 0 && !out.is_mine) continue;  // only rank 0 keeps count
      return true;
    }
    return false;
  }

  PreparedBlock prepare(ReadBlock& read) const {
    PreparedBlock block;
    if (read.is_mine) {
      block = preparer_(read.block);
    } else {
      block.index = read.block.index;
      block.is_end = read.is_end;
    }
    block.skips.merge(read.skips);
    return block;
  }

  [[noreturn]] static void throw_other_inputs() {
    throw Error(
        "the inputs are not those that the unfinished run has read: bring them back, or use --overwrite to prepare all "
        "again");
  }

  BlockSourceOptions options_;
  CorpusReader reader_;
  BlockPreparer preparer_;
  // Of the reading thread:
  bool is_read_ = false;
  int64_t next_index_ = 0;
  uint64_t raw_hash_ = 0;
  SkipCounts skips_;
  BlockPipeline<ReadBlock, PreparedBlock> pipeline_;  // last: its threads use all of the above
};

}  // namespace

std::unique_ptr<BlockSource> open_block_source(BlockSourceOptions options) {
  return std::make_unique<LocalBlocks>(std::move(options));
}

}  // namespace slm::data
