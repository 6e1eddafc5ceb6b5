#include "slm/data/prepared_index.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using nlohmann::json;
using test::message_of;
using test::ScratchFolder;

const std::string kHash(64, 'a'), kShardHash(16, 'b');

// An index written down by hand, as docs/formats.md describes it.
json hand_written() {
  return json::parse(R"({
    "version": 2,
    "tokenizer": {"file": "tokenizer.json", "sha256": "HASH", "kind": "WordPiece", "vocab_size": 30522,
                  "separator": 102},
    "documents": 5, "bytes": 90, "tokens": 30,
    "train": {"documents": 4, "bytes": 70, "tokens": 25},
    "val": {"documents": 1, "bytes": 20, "tokens": 5},
    "shards": [{"part": "train", "file": "train-00000.bin", "tokens": 20, "xxh64": "XXH64"},
               {"part": "train", "file": "train-00001.bin", "tokens": 5, "xxh64": "XXH64"},
               {"part": "val", "file": "val-00000.bin", "tokens": 5, "xxh64": "XXH64"}],
    "document_starts": {"file": "documents", "sha256": "HASH"},
    "tensor": null,
    "duplicates": {"exact": {"documents": 2, "bytes": 30, "tokens": 9},
                   "near": {"documents": 0, "bytes": 0, "tokens": 0}},
    "skipped": [{"reason": "not JSON", "count": 3, "first": "a.jsonl line 7"}],
    "special_tokens_in_text": 1, "invalid_utf8_places": 2, "is_cut": true,
    "inputs": [{"path": "a.jsonl", "bytes": 100}],
    "command": ["slm", "prepare", "a.jsonl"]
  })");
}

std::string text_of(const json& index) {
  std::string text = index.dump();
  for (size_t at; (at = text.find("\"XXH64\"")) != std::string::npos;) text.replace(at, 7, '"' + kShardHash + '"');
  for (size_t at; (at = text.find("\"HASH\"")) != std::string::npos;) text.replace(at, 6, '"' + kHash + '"');
  return text;
}

std::string error_of(const json& index) {
  return message_of<FormatError>([&] { parse_prepared_index(text_of(index), "index.json"); });
}

TEST(PreparedIndex, ReadsEveryField) {
  const PreparedIndex index = parse_prepared_index(text_of(hand_written()), "index.json");
  EXPECT_EQ(index.tokenizer.file, "tokenizer.json");
  EXPECT_EQ(index.tokenizer.sha256, kHash);
  EXPECT_EQ(index.tokenizer.kind, "WordPiece");
  EXPECT_EQ(index.tokenizer.vocab_size, 30522);
  EXPECT_EQ(index.tokenizer.separator, 102);
  EXPECT_EQ(index.counts(Part::kTrain).documents, 4);
  EXPECT_EQ(index.counts(Part::kVal).bytes, 20);
  EXPECT_EQ(index.total().tokens, 30);
  ASSERT_EQ(index.shards.size(), 3u);
  EXPECT_EQ(index.shards[1].file, "train-00001.bin");
  EXPECT_EQ(index.shards[2].part, Part::kVal);
  EXPECT_EQ(index.documents.file, "documents");
  EXPECT_FALSE(index.tensor);
  EXPECT_EQ(index.exact_duplicates.documents, 2);
  EXPECT_EQ(index.skipped.at(0).first, "a.jsonl line 7");
  EXPECT_EQ(index.special_tokens_in_text, 1);
  EXPECT_EQ(index.invalid_utf8_places, 2);
  EXPECT_TRUE(index.is_cut);
  EXPECT_EQ(index.inputs.at(0).bytes, 100);
  EXPECT_EQ(index.command.back(), "a.jsonl");
}

TEST(PreparedIndex, WritesWhatTheFormatDescribes) {
  json expected = hand_written();
  expected["tensor"] = {{"file", "tokens.pt"}, {"sha256", "HASH"}};
  const PreparedIndex index = parse_prepared_index(text_of(expected), "index.json");
  EXPECT_EQ(json::parse(to_json(index)), json::parse(text_of(expected)));
}

TEST(PreparedIndex, RefusesFilesOutsideOfItsFolder) {
  for (const char* file : {"", "..", "../train-00000.bin", "/etc/passwd", "a/b", ".hidden"}) {
    json index = hand_written();
    index["shards"][0]["file"] = file;
    EXPECT_EQ(error_of(index),
              "index.json: the index.shards has a \"file\" that is not the name of a file inside the folder")
        << file;
  }
}

TEST(PreparedIndex, RefusesCountsThatDoNotAddUp) {
  json index = hand_written();
  index["shards"][1]["tokens"] = 6;
  EXPECT_EQ(error_of(index), "index.json: the index counts 25 train tokens, its shards have 26");
  index["shards"][1]["tokens"] = 0;
  EXPECT_EQ(error_of(index),
            "index.json: the index.shards counts 0 tokens in train-00001.bin, expected 1 to 2147483647");
  index["shards"][1]["tokens"] = -5;
  EXPECT_EQ(error_of(index), "index.json: the index.shards has \"tokens\": -5, expected a whole number from 0 to 2^53");
}

TEST(PreparedIndex, NamesWhatIsWrong) {
  json index = hand_written();
  index["version"] = 1;
  EXPECT_EQ(error_of(index), "index.json: the index has version 1, expected 2: prepare the corpus with this slm");
  index = hand_written();
  index["tokenizer"]["separator"] = 30522;
  EXPECT_EQ(error_of(index), "index.json: the index.tokenizer has a separator outside of its vocabulary");
  index = hand_written();
  index["shards"][0]["part"] = "test";
  EXPECT_EQ(error_of(index), "index.json: the index.shards has a \"part\" that is neither train nor val");
  index = hand_written();
  index["shards"][2]["xxh64"] = "abc";
  EXPECT_EQ(error_of(index), "index.json: the index.shards has an \"xxh64\" that is not 16 hexadecimal digits");
  index = hand_written();
  index["tokenizer"]["sha256"] = "abc";
  EXPECT_EQ(error_of(index), "index.json: the index.tokenizer has a \"sha256\" that is not 64 hexadecimal digits");
  index = hand_written();
  index.erase("command");
  EXPECT_EQ(error_of(index), "index.json: the index has no \"command\"");
  EXPECT_EQ(message_of<FormatError>([] { parse_prepared_index("{", "index.json"); }),
            "index.json: is not JSON, expected the index of a prepared corpus");
}

TEST(PreparedIndex, MissesFilesOfTheFolder) {
  const ScratchFolder folder;
  EXPECT_FALSE(is_prepared_folder(folder.path()));
  storage::write_file(folder / "index.json", text_of(hand_written()));
  EXPECT_TRUE(is_prepared_folder(folder.path()));
  for (const char* file : {"tokenizer.json", "documents", "train-00000.bin"}) storage::write_file(folder / file, "x");
  EXPECT_EQ(message_of<FormatError>([&] { read_prepared_index(folder.path()); }),
            folder / "index.json" + ": names train-00001.bin, which is missing: copy the whole folder again");
}

}  // namespace
}  // namespace slm::data
