#pragma once

#include <gtest/gtest.h>

#include <algorithm>
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

}  // namespace slm::test
