#pragma once

#include <functional>
#include <memory>
#include <string>

#include "slm/data/block_source.h"
#include "slm/dist/communicator.h"

namespace slm::cli {

// The communicator of the processes that an MPI launcher started this one among; of one process where there was none.
std::unique_ptr<dist::Communicator> make_communicator();

// The blocks of a corpus in order, read and prepared by all ranks: the same that data::open_block_source gives to one
// process. For rank 0, while the others are in serve_blocks(). The options have no share. What is prepared before its
// turn waits in `folder`, where memory is not enough for it.
std::unique_ptr<data::BlockSource> open_gathered_blocks(data::BlockSourceOptions options, const std::string& folder,
                                                        dist::Communicator& communicator);

// Ranks 1 and up: prepares this rank's blocks and sends them to rank 0 as it asks for them, until stop_others() there.
// Errors, also of make_options, go to rank 0 in place of a block. make_options gets the tokenizer of rank 0, which also
// says which commits of the hub to read: nobody else asks for what may have changed meanwhile.
using MakeBlockOptions = std::function<data::BlockSourceOptions(std::shared_ptr<const text::Tokenizer>)>;
void serve_blocks(dist::Communicator& communicator, const std::string& folder, const MakeBlockOptions& make_options);

// Rank 0, at the end or after a failure.
void stop_others(dist::Communicator& communicator);

}  // namespace slm::cli
