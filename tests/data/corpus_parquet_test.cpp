#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <memory>

#include "data/read_corpus.h"
#include "slm/core/error.h"
#include "support/sanitizer.h"

namespace slm::data {
namespace {

using test::message_of;
using test::read_corpus;
using test::ScratchFolder;

class CorpusParquet : public testing::Test {
 protected:
  // The files are made once: some are large.
  static void SetUpTestSuite() {
    made_ = std::make_unique<ScratchFolder>();
    if (!storage::exists(SLM_PYARROW_PYTHON)) return;
    const std::string command = SLM_PYARROW_PYTHON " " SLM_SOURCE_DIR "/tests/data/make_parquet.py " + made_->path();
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  static void TearDownTestSuite() { made_.reset(); }
  void SetUp() override {
    if (!storage::exists(SLM_PYARROW_PYTHON)) GTEST_SKIP() << "no pyarrow at " SLM_PYARROW_PYTHON;
  }

  static inline std::unique_ptr<ScratchFolder> made_;
  const ScratchFolder& folder = *made_;
};

// What make_parquet.py writes into the column text.
std::vector<std::string> expected_texts() {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) {
    if (i % 10 == 3) continue;
    texts.push_back("text " + std::to_string(i) + " ");
    for (int k = 0; k < i % 50; ++k) texts.back() += "\xC3\xA9";
  }
  return texts;
}

TEST_F(CorpusParquet, ReadsEveryCompressionAndEncoding) {
  for (const char* name : {"none.parquet", "snappy.parquet", "gzip.parquet", "zstd.parquet", "lz4.parquet",
                           "brotli.parquet", "plain.parquet", "packed.parquet.gz"}) {
    const auto corpus = read_corpus({folder / name});
    EXPECT_TRUE(corpus.texts == expected_texts()) << name;
    EXPECT_EQ(corpus.places[3], folder / name + ":5");
    EXPECT_EQ(corpus.skips[SkipReason::kNull].count, 100) << name;
    EXPECT_EQ(corpus.skips[SkipReason::kNull].first_line, 4);
  }
  CorpusOptions options;
  options.text_column = "meta.body";
  EXPECT_EQ(read_corpus({folder / "zstd.parquet"}, options).texts[999], "b999");
  EXPECT_TRUE(read_corpus({folder / "empty.parquet"}).texts.empty());
  EXPECT_EQ(read_corpus({folder / "large.parquet"}).texts.size(), 1u);
}

TEST_F(CorpusParquet, SharesTheRowGroupsOfOneFileAmongProcesses) {
  const test::CorpusBlocks alone = test::share_of_corpus(folder / "groups.parquet", {});
  EXPECT_GT(alone.listings.size(), 20u);
  std::map<int64_t, std::string> joined;
  for (int rank = 0; rank < 4; ++rank) {
    const test::CorpusBlocks share = test::share_of_corpus(folder / "groups.parquet", {rank, 4});
    EXPECT_EQ(share.listings, alone.listings);
    for (const auto& [index, text] : share.text) EXPECT_TRUE(joined.emplace(index, text).second) << index;
    EXPECT_LT(share.text.size(), alone.text.size() / 3) << rank;
  }
  EXPECT_EQ(joined, alone.text);
  EXPECT_EQ(read_corpus({folder / "groups.parquet"}).texts, expected_texts());
}

TEST_F(CorpusParquet, LeavesTheRowGroupsOfOtherProcessesPacked) {
  int num_failed = 0;
  for (const int rank : {0, 1, 2, 3}) {
    const std::string message = message_of<FormatError>([&] {
      test::share_of_corpus(folder / "damaged-groups.parquet", {rank, 4});
    });
    num_failed += message.find("cannot be read as Parquet") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(num_failed, 1);
}

TEST_F(CorpusParquet, NeedsLittleMemoryForOneHugeRowGroup) {
  if (test::kHasSanitizer) GTEST_SKIP() << "a sanitizer's memory would count, too";
  const auto peak_kb = [] {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  CorpusReader reader({folder / "huge.parquet"}, {});
  const long before = peak_kb();
  int64_t num_documents = 0;
  for (CorpusBlock block; reader.next(block);) num_documents += static_cast<int64_t>(block.parts.size());
  EXPECT_EQ(num_documents, 24000);
  EXPECT_LT(peak_kb() - before, 60 * 1024);  // a quarter of it; the reader needs about half of this
}

TEST_F(CorpusParquet, KeepsPagesOfBooksOnDisk) {
  const auto rss_kb = [] {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const ScratchFolder out;
  CorpusOptions options;
  options.spool_folder = out.path();
  CorpusReader reader({folder / "books.parquet"}, options);
  const long before = rss_kb();
  int64_t num_documents = 0;
  for (CorpusBlock block; reader.next(block);) {
    for (const CorpusBlock::Part& part : block.parts) {
      const std::string_view text = std::string_view(block.bytes).substr(part.begin, part.end - part.begin);
      EXPECT_TRUE(text.starts_with(std::to_string(num_documents++) + " "));
      EXPECT_EQ(text.size(), 1'000'000 + text.find(' ') + 1);
    }
    EXPECT_LT(block.bytes.size(), 3u << 20);
  }
  EXPECT_EQ(num_documents, 80);
  if (!test::kHasSanitizer) {
    EXPECT_LT(rss_kb() - before, 40 * 1024) << "half of a page";
  }
  EXPECT_TRUE(out.names().empty());
  options.spool_folder = folder / "none.parquet";
  const std::string message = message_of<Error>([&] { read_corpus({folder / "books.parquet"}, options); });
  EXPECT_TRUE(message.find("none.parquet") != std::string::npos) << message;
}

TEST_F(CorpusParquet, RefusesAPageThatUnpacksToTooMuch) {
  CorpusOptions options;
  for (const char* name : {"page.parquet", "dictionary.parquet"}) {
    options.skip_bad_files = false;
    EXPECT_LT(storage::file_size(folder / name), 100000);
    const std::string message = message_of<FormatError>([&] { read_corpus({folder / name}, options); });
    EXPECT_EQ(message, folder / name +
                           ": column 'text' has a page that unpacks to 150 MB, more than 300 times what is stored: a "
                           "damaged copy, or made to fill your memory");
    options.skip_bad_files = true;
    const auto corpus = read_corpus({folder / name, folder / "large.parquet"}, options);
    EXPECT_EQ(corpus.texts, (std::vector<std::string>{"before", "large"}));
    EXPECT_EQ(corpus.skips[SkipReason::kBadFile].count, 1);
  }
}

TEST_F(CorpusParquet, CopiesWhatCannotSeekIntoTheFolderForThat) {
  CorpusOptions options;
  const ScratchFolder out;
  options.spool_folder = out / "new";
  EXPECT_TRUE(read_corpus({folder / "packed.parquet.gz"}, options).texts == expected_texts());
  EXPECT_TRUE(storage::list_folder(out / "new").empty());
  options.spool_folder = folder / "none.parquet";
  const std::string message = message_of<IoError>([&] { read_corpus({folder / "packed.parquet.gz"}, options); });
  EXPECT_TRUE(message.starts_with(folder / "none.parquet")) << message;
}

TEST_F(CorpusParquet, SaysWhatIsWrong) {
  const auto message = [&](const char* name, const char* column) {
    CorpusOptions options;
    options.text_column = column;
    return message_of<FormatError>([&] { read_corpus({folder / name}, options); });
  };
  EXPECT_EQ(message("zstd.parquet", "body"), folder / "zstd.parquet" +
                                                 ": there is no column 'body'; the file has: id, text, meta.body, "
                                                 "tags.list.element. Choose one with --text_column");
  EXPECT_EQ(message("zstd.parquet", "id"),
            folder / "zstd.parquet" + ": column 'id' holds INT64, expected strings. Choose another with --text_column");
  EXPECT_TRUE(message("cut.parquet", "text").starts_with(folder / "cut.parquet" + ": cannot be read as Parquet: "));
  EXPECT_TRUE(message("flipped.parquet", "text").find("checksum") != std::string::npos)
      << message("flipped.parquet", "text");
  CorpusOptions options;
  options.skip_bad_files = true;
  const auto corpus =
      read_corpus({folder / "cut.parquet", folder / "flipped.parquet", folder / "large.parquet"}, options);
  EXPECT_EQ(corpus.skips[SkipReason::kBadFile].count, 2);
  EXPECT_EQ(corpus.texts.front(), "text 0 ");
  EXPECT_EQ(corpus.texts.back(), "large");
}

}  // namespace
}  // namespace slm::data
