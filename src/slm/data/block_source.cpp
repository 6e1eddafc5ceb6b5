#include "slm/data/block_source.h"

#include <chrono>
#include <utility>

#include "slm/data/block_pipeline.h"
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
};

class LocalBlocks final : public BlockSource {
 public:
  explicit LocalBlocks(BlockSourceOptions options)
      : options_(std::move(options)),
        reader_(options_.inputs, options_.preparer.corpus, options_.share),
        preparer_(options_.tokenizer, options_.preparer),
        pipeline_({.read = [this](ReadBlock& block) { return read(block); },
                   .work = [this](ReadBlock& block, PreparedBlock& prepared) { prepare(block, prepared); },
                   .size = [](const ReadBlock& block) { return std::ssize(block.block.bytes); },
                   .num_threads = options_.num_threads,
                   .max_bytes = std::max(kMaxBytesInFlight, options_.num_threads * kBytesPerThread)}) {}

  Next next(PreparedBlock& block) override {
    if (pipeline_.next(block, kPatience)) return Next::kBlock;
    return pipeline_.is_waiting() ? Next::kWaiting : Next::kEnd;
  }
  bool stop() override {
    reader_.cancel();
    return pipeline_.stop();
  }
  int64_t bytes_read() const override { return reader_.bytes_read(); }
  std::optional<int64_t> bytes_total() const override { return reader_.bytes_total(); }

 private:
  bool read(ReadBlock& out) {
    while (reader_.next(out.block)) {
      const CorpusBlock& block = out.block;
      const SkipCounts added = difference(reader_.skips(), skips_, block.index);
      skips_ = reader_.skips();
      // What all ranks read, they all pass over, and what was passed over before first_block is on record already.
      const bool counts = options_.share.rank == (block.group.is_read_by_all ? 0 : block.owner);
      out.skips = counts && block.index >= options_.first_block ? added : SkipCounts();
      if (block.owner == options_.share.rank || options_.share.rank == 0) return true;
    }
    return false;
  }

  void prepare(const ReadBlock& read, PreparedBlock& out) const {
    const CorpusBlock& block = read.block;
    if (block.owner == options_.share.rank && block.index >= options_.first_block) {
      preparer_.prepare(block, out);
      out.skips.merge(read.skips);
      return;
    }
    out.clear();
    out.index = block.index;
    out.owner = block.owner;
    out.raw_hash = raw_hash(block);
    out.skips = read.skips;
  }

  BlockSourceOptions options_;
  CorpusReader reader_;
  BlockPreparer preparer_;
  SkipCounts skips_;                                  // of reader_, up to the last block
  BlockPipeline<ReadBlock, PreparedBlock> pipeline_;  // last: its threads use all of the above
};

}  // namespace

std::unique_ptr<BlockSource> open_block_source(BlockSourceOptions options) {
  return std::make_unique<LocalBlocks>(std::move(options));
}

}  // namespace slm::data
