#include "slm/data/prepare_on_demand.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/data/open_data.h"
#include "slm/data/prepared_index.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;
using test::ScratchFolder;

// Lines of JSON with the texts "text 0", "text 1", ...
std::string json_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += fmt::format("{{\"body\": \"text {}\"}}\n", i);
  return lines;
}

DataOptions options_of(const ScratchFolder& folder) {
  DataOptions options{.data = folder / "a.jsonl",
                      .val_fraction = 0.2,
                      .tokenizer = "byte",
                      .max_seq_len = 4,
                      .cache_dir = folder / "c"};
  options.corpus.text_column = "body";
  return options;
}

TEST(PrepareOnDemand, IsForWhatTrainingDoesNotReadAsItIs) {
  const ScratchFolder folder;
  storage::make_folders(folder / "texts/more");
  storage::make_folders(folder / "rows/more");
  storage::write_file(folder / "texts/more/a.txt", "x");
  storage::write_file(folder / "texts/picture.png", "x");
  storage::write_file(folder / "rows/a.txt", "x");
  storage::write_file(folder / "rows/more/b.csv", "x");
  for (const char* name : {"b.jsonl", "b.json", "b.csv", "b.tsv", "b.parquet", "b.txt.gz", "b.tar", "b.zip"}) {
    storage::write_file(folder / name, "x");
    EXPECT_TRUE(needs_preparing(folder / name)) << name;
  }
  storage::write_file(folder / "b.unknown", "x");
  EXPECT_FALSE(needs_preparing(folder / "b.unknown"));
  EXPECT_FALSE(needs_preparing(folder / "texts/more/a.txt"));
  EXPECT_FALSE(needs_preparing(folder / "texts"));
  EXPECT_TRUE(needs_preparing(folder / "rows"));
  EXPECT_TRUE(needs_preparing(folder / "*.txt"));
  EXPECT_TRUE(needs_preparing("hf://someone/something"));
  EXPECT_FALSE(needs_preparing(folder / "absent.txt"));
}

TEST(PrepareOnDemand, PreparesACorpusOnceForTheSameFiles) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.jsonl", json_lines(100));
  const DataOptions options = options_of(folder);
  const Data first = open_data(options);
  EXPECT_EQ(first.vocab_size, 256);
  ASSERT_EQ(first.train.parts().size(), 1u);
  EXPECT_GT(first.validation.size(), 0);
  // 10 texts of 6 bytes and 90 of 7, each with a blank line behind it.
  EXPECT_EQ(first.train.size() + first.validation.size(), 10 * 6 + 90 * 7 + 100 * 2);
  const TokenSource& train = first.train.parts()[0].source;
  EXPECT_GT(train.document_starts_between(0, train.size()).size(), 50u);

  const auto caches = [&] { return storage::list_folder(folder / "c"); };
  ASSERT_EQ(caches().size(), 1u);
  const std::string cache = folder / "c/" + caches()[0].name;
  EXPECT_TRUE(is_prepared_folder(cache));
  EXPECT_EQ(open_data(options).train.size(), first.train.size());
  EXPECT_EQ(caches().size(), 1u);

  storage::write_file(folder / "a.jsonl", json_lines(101));
  EXPECT_EQ(open_data(options).train.size() + open_data(options).validation.size(), 890 + 10);
  EXPECT_EQ(caches().size(), 2u);

  EXPECT_EQ(open_evaluation_data(options).validation.size(), 900);  // all of it
  DataOptions separate = options;
  separate.data = "stories";
  separate.val_data = options.data;
  EXPECT_EQ(open_data(separate).validation.size(), 900);
}

TEST(PrepareOnDemand, NeedsAVocabularyFromBefore) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.jsonl", json_lines(3));
  DataOptions options = options_of(folder);
  for (const char* tokenizer : {"", "char"}) {
    options.tokenizer = tokenizer;
    EXPECT_EQ(message_of<Error>([&] { open_data(options); }),
              (folder / "a.jsonl") +
                  ": has to be prepared first, which needs a vocabulary: set --tokenizer to the path of a tokenizer or "
                  "to byte, or run 'slm prepare'");
  }
  EXPECT_FALSE(storage::exists(folder / "c"));
}

TEST(PrepareOnDemand, TellsWhatWasFoundOnce) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.jsonl", json_lines(3) + "not json\n{\"body\": \"\xFF\"}\n");
  DataOptions options = options_of(folder);
  options.val_fraction = 0;
  int num_calls = 0;
  options.prepared = [&](const std::string& name, const PreparedIndex& index) {
    ++num_calls;
    EXPECT_EQ(name, folder / "a.jsonl");
    EXPECT_EQ(index.skipped.size(), 1u);
    EXPECT_EQ(index.invalid_utf8_places, 1);
  };
  open_data(options);
  open_data(options);
  EXPECT_EQ(num_calls, 1);
}

TEST(PrepareOnDemand, LeavesNoFolderWhenItFails) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.jsonl", "not json\n");
  DataOptions options = options_of(folder);
  options.cache_dir = folder / "new/run/cache";
  EXPECT_THROW(open_data(options), Error);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.jsonl"});
  storage::make_folders(folder / "new/run");
  storage::write_file(folder / "new/kept", "x");
  EXPECT_THROW(open_data(options), Error);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.jsonl", "new"}));
  EXPECT_TRUE(storage::exists(folder / "new/run"));  // it was there before
  EXPECT_FALSE(storage::exists(folder / "new/run/cache"));
}

}  // namespace
}  // namespace slm::data
