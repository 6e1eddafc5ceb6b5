#include "slm/cli/prepare_ranks.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/data/hub_dataset.h"
#include "slm/data/prepared_block.h"
#include "slm/data/spooled_blocks.h"

namespace slm::cli {
namespace {

using data::BlockSource;
using data::PreparedBlock;

constexpr std::chrono::milliseconds kPatience{50};

// What rank 0 says: kStart with what all need to know, then kNext for each block, kEnd when no other is wanted, then
// kStop. What the others answer to kNext: kBlock with the bytes they have read so far and the block, kNone as long as
// there is none, or kError and what it is.
constexpr char kStart = 'a', kNext = 'n', kEnd = 'z', kStop = 's', kBlock = 'b', kNone = '-', kError = 'e';

[[noreturn]] void throw_different_inputs() {
  throw Error("the processes do not find the same inputs: do all see the same folders, and does nobody write there?");
}

std::unique_ptr<BlockSource> open_share(data::BlockSourceOptions options, const std::string& folder,
                                        const dist::Communicator& communicator) {
  options.share = {.rank = communicator.rank(), .num_ranks = communicator.size()};
  const std::optional<int64_t> max_tokens = options.max_tokens;
  return data::open_spooled_blocks(data::open_block_source(std::move(options)),
                                   {.folder = folder, .max_tokens = max_tokens});
}

std::string start_message(const data::BlockSourceOptions& options) {
  const nlohmann::json start = {{"first_block", options.first_block},
                                {"commits", options.preparer.corpus.hub.commits},
                                {"tokenizer", options.tokenizer->to_json()}};
  return kStart + json_text(start);
}

data::BlockSourceOptions started(std::string_view message, const MakeBlockOptions& make_options) {
  const nlohmann::json start = parse_json(message.substr(1));
  const auto& tokenizer = start["tokenizer"].get_ref<const std::string&>();
  data::BlockSourceOptions options = make_options(text::parse_tokenizer(tokenizer, "the tokenizer"));
  options.first_block = start["first_block"];
  options.preparer.corpus.hub.commits = start["commits"].get<std::map<std::string, std::string>>();
  return options;
}

class GatheredBlocks final : public BlockSource {
 public:
  GatheredBlocks(data::BlockSourceOptions options, const std::string& folder, dist::Communicator& communicator)
      : communicator_(communicator), bytes_read_(static_cast<size_t>(communicator.size())) {
    auto& hub = options.preparer.corpus.hub;
    hub.commits = data::commits_to_read(options.inputs, hub);
    tell_others(start_message(options));
    local_ = open_share(std::move(options), folder, communicator_);
  }

  ~GatheredBlocks() override {
    try {
      take_last_answer();
      tell_others(std::string(1, kEnd));
    } catch (const std::exception&) {
      // The launcher ends the others.
    }
  }

  Next next(PreparedBlock& block) override {
    if (!mark_) {
      const Next next = local_->next(block);
      if (next != Next::kBlock || block.owner == 0) return next;
      mark_ = block;
    }
    if (!is_asked_) communicator_.send(mark_->owner, std::string(1, kNext));
    is_asked_ = true;
    const std::optional<std::string> answer = communicator_.receive(mark_->owner, kPatience);
    if (!answer) return Next::kWaiting;
    is_asked_ = false;
    if (answer->front() == kNone) return Next::kWaiting;
    take(*answer, block);
    return Next::kBlock;
  }
  bool stop() override { return local_->stop(); }
  int64_t bytes_read() const override {
    return std::accumulate(bytes_read_.begin(), bytes_read_.end(), local_->bytes_read());
  }
  std::optional<int64_t> bytes_total() const override { return local_->bytes_total(); }

 private:
  // The others' blocks come up to the one that rank 0 has a mark of: a block that all have read, or the end of a group.
  void take(std::string_view answer, PreparedBlock& block) {
    std::string_view content = answer.substr(1);
    if (answer.front() == kError) throw Error(std::string(content));
    int64_t& bytes_read = bytes_read_[static_cast<size_t>(mark_->owner)];
    std::memcpy(&bytes_read, content.data(), sizeof bytes_read);
    block = data::decode_prepared_block(content.substr(sizeof bytes_read));
    if (block.owner != mark_->owner || block.index > mark_->index) throw_different_inputs();
    if (block.index < mark_->index) return;
    if (block.raw_hash != mark_->raw_hash) throw_different_inputs();
    block.skips.merge(mark_->skips);
    mark_.reset();
  }

  // A rank that still answers waits until its answer is taken.
  void take_last_answer() {
    if (is_asked_) communicator_.receive(mark_->owner, std::chrono::minutes(1));
  }

  void tell_others(const std::string& message) {
    for (int rank = 1; rank < communicator_.size(); ++rank) communicator_.send(rank, message);
  }

  dist::Communicator& communicator_;
  std::vector<int64_t> bytes_read_;  // by rank, from their answers
  std::unique_ptr<BlockSource> local_;
  std::optional<PreparedBlock> mark_;  // up to which its owner is asked for blocks
  bool is_asked_ = false;              // its answer is awaited
};

// The next block of this rank where it has one, or the error in its place.
std::string answer_of(BlockSource& blocks) {
  try {
    PreparedBlock block;
    const BlockSource::Next next = blocks.next(block);
    if (next == BlockSource::Next::kWaiting) return std::string(1, kNone);
    if (next == BlockSource::Next::kEnd) throw_different_inputs();
    const int64_t bytes_read = blocks.bytes_read();
    std::string answer(1, kBlock);
    answer.append(reinterpret_cast<const char*>(&bytes_read), sizeof bytes_read);
    return answer + encode(block);
  } catch (const std::exception& error) {
    return kError + std::string(error.what());
  }
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::unique_ptr<dist::Communicator> make_communicator() {
  // What mpirun of Open MPI, MPICH and Intel MPI, and srun with PMI or PMIx, give the processes they start.
  const bool is_launched = is_set("OMPI_COMM_WORLD_SIZE") || is_set("PMI_SIZE") || is_set("PMIX_RANK");
  return is_launched ? dist::make_mpi_communicator() : dist::make_single_communicator();
}

std::unique_ptr<BlockSource> open_gathered_blocks(data::BlockSourceOptions options, const std::string& folder,
                                                  dist::Communicator& communicator) {
  return std::make_unique<GatheredBlocks>(std::move(options), folder, communicator);
}

void serve_blocks(dist::Communicator& communicator, const std::string& folder, const MakeBlockOptions& make_options) {
  std::unique_ptr<BlockSource> blocks;
  std::string failure;  // of the start: told when the first block is asked for
  while (true) {
    const std::optional<std::string> request = communicator.receive(0, kPatience);
    if (!request) continue;
    if (request->front() == kStop) return;
    if (request->front() == kStart) {
      try {
        blocks = open_share(started(*request, make_options), folder, communicator);
      } catch (const std::exception& error) {
        failure = kError + std::string(error.what());
      }
    } else if (request->front() == kEnd) {
      if (blocks && !blocks->stop()) blocks.release();  // its thread waits for an input; the process ends it
      blocks.reset();
    } else {
      communicator.send(0, blocks ? answer_of(*blocks) : failure);
    }
  }
}

void stop_others(dist::Communicator& communicator) {
  for (int rank = 1; rank < communicator.size(); ++rank) communicator.send(rank, std::string(1, kStop));
}

}  // namespace slm::cli
