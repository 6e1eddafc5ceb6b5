#include "slm/data/hub_dataset.h"

#include <gtest/gtest.h>

#include <atomic>

#include "data/read_corpus.h"
#include "slm/core/error.h"
#include "slm/data/prepare.h"
#include "slm/text/tokenizer.h"
#include "storage/hub_server.h"

namespace slm::data {
namespace {

using test::message_of;
using Paths = std::vector<std::string>;

Paths choose(const Paths& paths, std::string_view readme = "", const std::string& subset = "") {
  std::vector<storage::HubFile> files;
  for (const std::string& path : paths) files.push_back({path, 1});
  Paths chosen;
  for (const auto& file : choose_hub_files(files, readme, subset, "hf://o/n")) chosen.push_back(file.path);
  return chosen;
}

TEST(HubDataset, TakesWhatTheReadmeNames) {
  const Paths files = {"data/test-0.parquet", "data/train-0.parquet", "data/train-1.parquet",
                       "en/x.jsonl",          "fr/sub/y.jsonl",       "one.csv"};
  constexpr std::string_view kReadme = R"(---
configs:
- config_name: en
  data_files: en/*.jsonl
- config_name: fr
  data_files: {train: ["fr/**"], test: "data/test*"}
- config_name: main
  default: true
  data_files:
  - split: test
    path: data/test-*
  - split: train
    path: [data/train-0.parquet, "data/train-[1-9].parquet"]
- config_name: only_test
  data_files:
  - {split: test, path: one.csv}
---
text)";
  EXPECT_EQ(choose(files, kReadme), (Paths{"data/train-0.parquet", "data/train-1.parquet"}));
  EXPECT_EQ(choose(files, kReadme, "en"), Paths{"en/x.jsonl"});
  EXPECT_EQ(choose(files, kReadme, "fr"), Paths{"fr/sub/y.jsonl"});
  EXPECT_EQ(choose(files, kReadme, "only_test"), Paths{"one.csv"});
  EXPECT_EQ(choose(files, kReadme, "data/test-0.parquet"), Paths{"data/test-0.parquet"});
  const std::string message = message_of<Error>([&] { choose(files, kReadme, "de"); });
  EXPECT_TRUE(
      message.starts_with("hf://o/n: no file of this data set can be read as 'de'; expected files that end in"));
  EXPECT_TRUE(message.ends_with("; its subsets are en, fr, main, only_test"));
}

TEST(HubDataset, GuessesFromNamesWithoutAReadme) {
  EXPECT_EQ(choose({"README.md", "subsets/a.tar", "subsets/b.tar", "x.py"}), (Paths{"subsets/a.tar", "subsets/b.tar"}));
  EXPECT_EQ(choose({"data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet"}),
            Paths{"data/train-00000-of-00001.parquet"});
  EXPECT_EQ(choose({"training/a.txt", "test/b.txt"}), Paths{"training/a.txt"});
  EXPECT_EQ(choose({"constrained.txt", "test.txt"}), (Paths{"constrained.txt", "test.txt"}));
  EXPECT_EQ(choose({"a.jsonl", "b.jsonl", "c.parquet"}), (Paths{"a.jsonl", "b.jsonl"}));
  EXPECT_EQ(choose({"a.jsonl", "c.parquet"}), Paths{"c.parquet"});
  EXPECT_EQ(choose({".x/a.txt", "__m/b.txt", "c/d.txt"}), Paths{"c/d.txt"});
  EXPECT_EQ(choose({"a/d.txt", "ab/d.txt"}, "---\nconfigs: [[[\n---\n", "a"), Paths{"a/d.txt"});
}

TEST(HubDataset, IsReadAsACorpus) {
  const test::HubServer server;
  const test::ScratchFolder home;
  CorpusOptions options;
  options.hub.endpoint = server.endpoint();
  options.hub.cache = home.path();
  options.hub.http.wait = [](int64_t) {};
  const auto corpus = test::read_corpus({"hf://o/n"}, options);
  EXPECT_EQ(corpus.texts.size(), 20003u);
  EXPECT_EQ(corpus.texts.front(), "train-cut.jsonl line 0");
  EXPECT_EQ(corpus.texts.back(), "train-small.jsonl line 2");
  EXPECT_EQ(corpus.places.back(), "hf://o/n/data/train-small.jsonl@0123456789abcdef0123456789abcdef01234567:3");
  EXPECT_EQ(test::read_corpus({"hf://o/n/extra"}, options).texts.back(), "small.jsonl line 2");
  const auto web = test::read_corpus({server.endpoint() + "/plain/data/train-small.jsonl?key=secret"}, options);
  EXPECT_EQ(web.places.back(), server.endpoint() + "/plain/data/train-small.jsonl:3");
}

TEST(HubDataset, IsGoneOnWithAtItsCommit) {
  const test::HubServer server;
  const test::ScratchFolder home;
  std::atomic<bool> stop = false;
  PrepareOptions options;
  options.inputs = {"hf://o/moving"};
  options.corpus.hub.endpoint = server.endpoint();
  options.corpus.hub.cache = home / "cache";
  options.corpus.block_bytes = 20000;
  options.tokenizer = text::make_byte_tokenizer();
  options.out = home / "out";
  options.val_fraction = 0;
  options.command = {"prepare"};
  options.progress = [&](const PrepareProgress&) { stop = true; };
  options.stop = &stop;
  ASSERT_TRUE(prepare(options).is_interrupted);
  options.stop = nullptr;
  const PrepareResult result = prepare(options);
  EXPECT_TRUE(result.is_resumed);
  ASSERT_EQ(result.index.inputs.size(), 2u);
  const std::string commit = "0123456789abcdef0123456789abcdef01234567";
  EXPECT_EQ(result.index.inputs[0].path, "hf://o/moving/data/train-cut.jsonl@" + commit);
  EXPECT_EQ(result.index.inputs[1].path, "hf://o/moving/data/train-small.jsonl@" + commit);
  options.out = home / "new";
  EXPECT_EQ(prepare(options).index.inputs[0].path, "hf://o/moving/data/train-cut.jsonl@" + std::string(40, 'f'));
}

}  // namespace
}  // namespace slm::data
