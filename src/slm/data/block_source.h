#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "slm/data/prepared_block.h"

namespace slm::data {

// Prepared blocks of a corpus, one after the other.
class BlockSource {
 public:
  enum class Next : uint8_t { kBlock, kWaiting, kEnd };

  virtual ~BlockSource() = default;

  // The next block into `block`. kWaiting after a moment without one, so that the caller can look at other things.
  // Throws what reading and parsing throw, in the place where the block would have been.
  virtual Next next(PreparedBlock& block) = 0;

  // Ends the work. Returns whether no thread is left: one may be waiting for an input, such as standard input, that
  // gives nothing more; then the destructor would wait as well.
  virtual bool stop() = 0;

  // Bytes taken from the inputs as they are stored, and of all of them where that is known.
  virtual int64_t bytes_read() const = 0;
  virtual std::optional<int64_t> bytes_total() const = 0;
};

struct BlockSourceOptions {
  std::vector<std::string> inputs;
  BlockPreparer::Options preparer;
  std::shared_ptr<const text::Tokenizer> tokenizer;
  int num_threads = 1;
  CorpusShare share;
  int64_t first_block = 0;                 // what comes before was prepared by an earlier run
  std::optional<int64_t> max_tokens = {};  // that anybody will ask for, but for those of documents left out
};

// Reads the inputs and prepares this process's share of them on threads. Of the blocks before first_block it gives
// index and hash, no documents; the same, to rank 0, of those of other processes, and the end of each group that only
// another one reads. Throws what CorpusReader throws.
std::unique_ptr<BlockSource> open_block_source(BlockSourceOptions options);

}  // namespace slm::data
