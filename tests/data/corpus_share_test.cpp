#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "slm/data/corpus.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

struct Blocks {
  std::map<int64_t, std::string> text;   // by index
  std::map<int64_t, uint64_t> listings;  // of the ends of groups
  int64_t bytes_read = 0;
};

// The blocks that one process of several prepares.
Blocks blocks_of(const std::string& folder, const CorpusShare& share) {
  CorpusOptions options;
  options.block_bytes = 2000;
  CorpusReader reader({folder}, options, share);
  Blocks blocks;
  for (CorpusBlock block; reader.next(block);) {
    if (block.group.is_end) {
      blocks.listings[block.index] = block.group.listing_hash;
    } else if (block.owner == share.rank) {
      blocks.text[block.index] = block.bytes;
    }
  }
  blocks.bytes_read = reader.bytes_read();
  return blocks;
}

TEST(CorpusShare, OfAllProcessesIsTheWholeAndEachFileIsReadOnce) {
  const test::ScratchFolder folder;
  int64_t total = 0;
  for (int file = 0; file < 40; ++file) {
    std::string text;
    // The fifth is more than one and a half shares of four processes, which read it together.
    for (int i = 0; i < (file == 5 ? 1000 : file); ++i) {
      text += "{\"text\": \"" + std::to_string(file) + " and " + std::to_string(i) + "\"}\n";
    }
    std::ofstream(folder / (std::to_string(100 + file) + ".jsonl")) << text;
    total += std::ssize(text);
  }
  const Blocks alone = blocks_of(folder.path(), {});
  EXPECT_EQ(alone.bytes_read, total);
  for (const int num_ranks : {2, 4, 50}) {
    Blocks joined;
    for (int rank = 0; rank < num_ranks; ++rank) {
      const Blocks share = blocks_of(folder.path(), {rank, num_ranks});
      for (const auto& [index, text] : share.text) EXPECT_TRUE(joined.text.emplace(index, text).second) << index;
      EXPECT_EQ(share.listings, alone.listings);
      EXPECT_LT(share.bytes_read, total);
      joined.bytes_read += share.bytes_read;
    }
    EXPECT_EQ(joined.text, alone.text);
    EXPECT_EQ(joined.bytes_read, total) << "what all read counts once";
  }
}

}  // namespace
}  // namespace slm::data
