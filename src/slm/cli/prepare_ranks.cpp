#include "slm/cli/prepare_ranks.h"

#include <fmt/format.h>

#include <cstdlib>
#include <exception>

#include "slm/core/error.h"
#include "slm/data/prepared_block.h"

namespace slm::cli {
namespace {

using data::BlockSource;
using data::PreparedBlock;

constexpr std::chrono::milliseconds kPatience{50};

// What rank 0 says: kStart with the first block, then kNext for each block, then kStop. What the others answer to
// kNext: kBlock or kError, and what it is.
constexpr char kStart = 'a', kNext = 'n', kStop = 's', kBlock = 'b', kError = 'e';

class GatheredBlocks final : public BlockSource {
 public:
  GatheredBlocks(data::BlockSourceOptions options, dist::Communicator& communicator)
      : communicator_(communicator), num_ranks_(communicator.size()) {
    options.share.rank = 0;
    options.share.num_ranks = num_ranks_;
    for (int rank = 1; rank < num_ranks_; ++rank) {
      communicator_.send(rank, kStart + std::to_string(options.share.first_block));
    }
    local_ = data::open_block_source(std::move(options));
  }

  ~GatheredBlocks() override { take_last_answer(); }

  Next next(PreparedBlock& block) override {
    if (asked_ == 0) {
      const Next next = local_->next(block);
      if (next != Next::kBlock || block.is_end) return next;
      asked_ = static_cast<int>(block.index % num_ranks_);
      if (asked_ == 0) return next;
      reader_skips_ = block.skips;
      communicator_.send(asked_, std::string(1, kNext));
    }
    const std::optional<std::string> answer = communicator_.receive(asked_, kPatience);
    if (!answer) return Next::kWaiting;
    asked_ = 0;
    const std::string_view content = std::string_view(*answer).substr(1);
    if (answer->front() == kError) throw Error(std::string(content));
    block = data::decode_prepared_block(content);
    block.skips.merge(reader_skips_);
    return Next::kBlock;
  }
  bool stop() override { return local_->stop(); }
  int64_t bytes_read() const override { return local_->bytes_read(); }
  std::optional<int64_t> bytes_total() const override { return local_->bytes_total(); }

 private:
  // A rank that still answers waits until its answer is taken.
  void take_last_answer() noexcept {
    try {
      if (asked_ != 0) communicator_.receive(asked_, std::chrono::minutes(1));
    } catch (const std::exception&) {
      // The launcher ends the others.
    }
    asked_ = 0;
  }

  dist::Communicator& communicator_;
  int num_ranks_;
  std::unique_ptr<BlockSource> local_;
  int asked_ = 0;  // the rank whose answer is awaited
  data::SkipCounts reader_skips_;
};

// The next block of this rank, or the error in its place.
std::string answer_of(BlockSource& blocks) {
  try {
    PreparedBlock block;
    BlockSource::Next next;
    do next = blocks.next(block);
    while (next == BlockSource::Next::kWaiting);
    if (next == BlockSource::Next::kEnd) throw Error("the inputs are not the same for all processes");
    return kBlock + encode(block);
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

std::unique_ptr<BlockSource> open_gathered_blocks(data::BlockSourceOptions options, dist::Communicator& communicator) {
  return std::make_unique<GatheredBlocks>(std::move(options), communicator);
}

void serve_blocks(dist::Communicator& communicator, const std::function<data::BlockSourceOptions()>& make_options) {
  std::unique_ptr<BlockSource> blocks;
  std::string failure;  // of the start: told when the first block is asked for
  while (true) {
    const std::optional<std::string> request = communicator.receive(0, kPatience);
    if (!request) continue;
    if (request->front() == kStop) return;
    if (request->front() == kStart) {
      try {
        data::BlockSourceOptions options = make_options();
        options.share = {.first_block = std::stoll(request->substr(1)),
                         .rank = communicator.rank(),
                         .num_ranks = communicator.size()};
        blocks = data::open_block_source(std::move(options));
      } catch (const std::exception& error) {
        failure = kError + std::string(error.what());
      }
    } else {
      communicator.send(0, blocks ? answer_of(*blocks) : failure);
    }
  }
}

void stop_others(dist::Communicator& communicator) {
  for (int rank = 1; rank < communicator.size(); ++rank) communicator.send(rank, std::string(1, kStop));
}

}  // namespace slm::cli
