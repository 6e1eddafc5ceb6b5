#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "slm/data/block_source.h"
#include "slm/data/prepared_index.h"
#include "slm/data/prepared_writer.h"
#include "slm/storage/system_calls.h"
#include "slm/text/tokenizer.h"

namespace slm::data {

struct PrepareProgress {
  int64_t bytes_read = 0;              // of the inputs, as they are stored
  std::optional<int64_t> bytes_total;  // where it is known
  int64_t text_bytes = 0;              // of the documents kept
  int64_t tokens = 0;                  // of both parts
  std::optional<int64_t> max_tokens;   // of training
  int64_t train_tokens = 0;
};

struct PrepareOptions {
  std::vector<std::string> inputs;  // as CorpusReader takes them
  CorpusOptions corpus;
  std::shared_ptr<const text::Tokenizer> tokenizer;
  std::string out;
  std::optional<int64_t> max_tokens;  // of training, exactly: the last document is cut
  double val_fraction = 0.005;
  int64_t shard_tokens = 100'000'000;
  Dedup dedup = Dedup::kExact;
  bool special_in_text = true;
  bool overwrite = false;
  int num_threads = 1;
  // What index.json records, and what tells a second run of the same command: everything that decides the bytes.
  std::vector<std::string> command;

  // Writes `num_tokens` ids, which read(begin, ids) gives, as one tensor: a format of models, which this layer does not
  // know. With tensor_name the file of that name in `out`.
  std::string tensor_name = {};
  using ReadTokens = std::function<void(int64_t begin, std::span<int32_t> ids)>;
  std::function<void(const std::string& path, int64_t num_tokens, const ReadTokens& read)> write_tensor = {};

  // Opens the blocks from `first_block` on; open_block_source() where one process does everything.
  std::function<std::unique_ptr<BlockSource>(BlockSourceOptions)> open_blocks = open_block_source;
  std::function<void(const PrepareProgress&)> progress = {};
  const std::atomic<bool>* stop = nullptr;  // when it becomes true, the run is put on record and ends
  storage::SystemCalls* calls = &storage::system_calls();
};

// What opens the blocks of these options from where `state` has come to.
BlockSourceOptions block_source_options(const PrepareOptions& options, const PrepareState& state);

struct PrepareResult {
  PreparedIndex index;
  bool was_complete = false;    // the same command had done it before
  bool is_interrupted = false;  // by `stop`: the same command goes on from here
  bool is_resumed = false;
  int64_t text_bytes_done = 0;  // by this run, of documents kept
};

// Turns a corpus into token shards in the folder `out` (docs/formats.md, "A prepared corpus"). The same inputs and
// options give the same bytes for any number of threads, and for a run that was killed and started again: it goes on
// from the last time its work was put on record, which is with every whole shard and every half minute.
//
// Memory is bounded for any size of the corpus. Throws IoError, FormatError and Error: for inputs without text, for an
// `out` that holds something else, for one that another process is writing; Interrupted where corpus.should_stop ends
// the opening of the inputs. What was on record stays.
PrepareResult prepare(const PrepareOptions& options);

}  // namespace slm::data
