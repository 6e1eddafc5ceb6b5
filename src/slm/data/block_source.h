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

// Which blocks of the corpus one process prepares: those whose index is `rank` modulo `num_ranks`.
struct BlockShare {
  int64_t first_block = 0;  // what comes before was prepared by an earlier run
  int rank = 0;
  int num_ranks = 1;
};

struct BlockSourceOptions {
  std::vector<std::string> inputs;
  BlockPreparer::Options preparer;
  std::shared_ptr<const text::Tokenizer> tokenizer;
  int num_threads = 1;
  BlockShare share;
  // chained_hash over the blocks before first_block, which must come out the same again.
  std::optional<uint64_t> expected_raw_hash;
};

// Reads the inputs and prepares this process's share of them on threads. Of the blocks of others it gives their index
// and what the reader passed over, no documents; at the end comes a block of the latter kind for what was passed over
// last. Throws what CorpusReader throws.
std::unique_ptr<BlockSource> open_block_source(BlockSourceOptions options);

}  // namespace slm::data
