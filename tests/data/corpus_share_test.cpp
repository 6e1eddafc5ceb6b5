#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "data/read_corpus.h"
#include "slm/core/error.h"

namespace slm::data {
namespace {

using test::share_of_corpus;

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
  const test::CorpusBlocks alone = share_of_corpus(folder.path(), {});
  EXPECT_EQ(alone.bytes_read, total);
  for (const int num_ranks : {2, 4, 50}) {
    test::CorpusBlocks joined;
    for (int rank = 0; rank < num_ranks; ++rank) {
      const test::CorpusBlocks share = share_of_corpus(folder.path(), {rank, num_ranks});
      for (const auto& [index, text] : share.text) EXPECT_TRUE(joined.text.emplace(index, text).second) << index;
      EXPECT_EQ(share.listings, alone.listings);
      EXPECT_LT(share.bytes_read, total);
      joined.bytes_read += share.bytes_read;
    }
    EXPECT_EQ(joined.text, alone.text);
    EXPECT_EQ(joined.bytes_read, total) << "what all read counts once";
  }
}

// A tar in a tar: twenty packed tars of ten texts each, and one text that is larger than all of them.
class PackedArchive {
 public:
  PackedArchive() {
    const std::string make =
        "cd " + folder_.path() +
        " && mkdir outer && for i in $(seq 10 29); do mkdir $i && for k in $(seq 10); do"
        " seq $i$k 7 $(($i$k + 600)) > $i/$k.txt; done && tar -cf - $i | xz -0 > outer/$i.xz; done"
        " && seq 30000 > outer/30.txt && tar -C outer --sort=name -cf packed.tar . && xz -0 packed.tar";
    EXPECT_EQ(std::system(make.c_str()), 0);
  }
  std::string path() const { return folder_ / "packed.tar.xz"; }

  // Damages one of the packed tars inside.
  void damage() const {
    const std::string spoil = "cd " + folder_.path() +
                              " && rm packed.tar.xz && truncate -s 200 outer/17.xz"
                              " && tar -C outer --sort=name -cf packed.tar . && xz -0 packed.tar";
    EXPECT_EQ(std::system(spoil.c_str()), 0);
  }

 private:
  test::ScratchFolder folder_;
};

TEST(CorpusShare, OfAnArchiveIsTheFilesInItsSections) {
  const PackedArchive archive;
  const test::CorpusBlocks alone = share_of_corpus(archive.path(), {});
  EXPECT_GT(alone.listings.size(), 10u);
  for (const int num_ranks : {2, 4, 7}) {
    std::map<int64_t, std::string> joined;
    for (int rank = 0; rank < num_ranks; ++rank) {
      const test::CorpusBlocks share = share_of_corpus(archive.path(), {rank, num_ranks});
      EXPECT_EQ(share.listings, alone.listings);
      for (const auto& [index, text] : share.text) EXPECT_TRUE(joined.emplace(index, text).second) << index;
      EXPECT_LT(share.text.size(), alone.text.size() * 2 / 3) << rank;
    }
    EXPECT_EQ(joined, alone.text);
  }
}

TEST(CorpusShare, OfAnArchiveLeavesTheFilesOfOthersPacked) {
  const PackedArchive archive;
  archive.damage();
  int num_failed = 0;
  for (const int rank : {0, 1, 2, 3}) {
    try {
      share_of_corpus(archive.path(), {rank, 4});
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find("17.xz"), std::string::npos) << error.what();
      ++num_failed;
    }
  }
  EXPECT_EQ(num_failed, 1);
}

}  // namespace
}  // namespace slm::data
