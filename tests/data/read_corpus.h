#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "slm/data/corpus.h"
#include "storage/scratch_folder.h"

namespace slm::test {

struct ReadCorpus {
  std::vector<std::string> texts;   // whole documents
  std::vector<std::string> places;  // "source:line" of each
  data::SkipCounts skips;
  size_t num_blocks = 0;
  size_t max_block = 0;
  int64_t bytes_read = 0;
};

// All of a corpus, its pieces joined.
inline ReadCorpus read_corpus(const std::vector<std::string>& inputs, const data::CorpusOptions& options = {}) {
  ReadCorpus corpus;
  data::CorpusReader reader(inputs, options);
  bool is_inside = false;
  int64_t last_index = -1;
  for (data::CorpusBlock block; reader.next(block); last_index = block.index) {
    EXPECT_GT(block.index, last_index);
    EXPECT_EQ(block.group.is_end, block.parts.empty());
    if (block.group.is_end) continue;
    ++corpus.num_blocks;
    corpus.max_block = std::max(corpus.max_block, block.bytes.size());
    data::for_each_document(
        block, options,
        [&](const data::CorpusDocument& document) {
          EXPECT_EQ(document.is_start, !is_inside);
          is_inside = !document.is_end;
          if (document.is_start) {
            corpus.texts.emplace_back();
            corpus.places.push_back(std::string(document.source) + ":" + std::to_string(document.line));
          }
          corpus.texts.back() += document.text;
        },
        corpus.skips);
  }
  EXPECT_FALSE(is_inside);
  corpus.skips.merge(reader.skips());
  corpus.bytes_read = reader.bytes_read();
  return corpus;
}

struct CorpusBlocks {
  std::map<int64_t, std::string> text;   // by index
  std::map<int64_t, uint64_t> listings;  // of the ends of groups and sections
  int64_t bytes_read = 0;
};

// The blocks of about 2,000 bytes that one process of several prepares.
inline CorpusBlocks share_of_corpus(const std::string& input, const data::CorpusShare& share) {
  data::CorpusOptions options;
  options.block_bytes = 2000;
  data::CorpusReader reader({input}, options, share);
  CorpusBlocks blocks;
  for (data::CorpusBlock block; reader.next(block);) {
    if (block.group.is_end) {
      blocks.listings[block.index] = block.group.listing_hash;
    } else if (block.owner == share.rank) {
      blocks.text[block.index] = block.bytes;
    }
  }
  blocks.bytes_read = reader.bytes_read();
  return blocks;
}

}  // namespace slm::test
