#include "slm/data/prepared_corpus.h"

#include <gtest/gtest.h>

#include <functional>

#include "data/write_shard.h"
#include "slm/core/error.h"
#include "slm/data/content_hash.h"
#include "slm/data/document_starts.h"
#include "slm/data/loader.h"
#include "slm/data/open_data.h"
#include "slm/data/token_shard.h"
#include "slm/storage/read_file.h"
#include "slm/storage/sha256.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;
using test::ScratchFolder;

constexpr const char* kVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n";  // [SEP] is 3

PreparedIndex::Shard write_shard(const std::string& folder, Part part, const std::string& file,
                                 const std::vector<int32_t>& ids) {
  test::write_shard(folder + "/" + file, ids);
  const std::string tokens = storage::read_file(folder + "/" + file).substr(kShardHeaderBytes);
  return {part, file, std::ssize(ids), hex_digits(content_hash(tokens))};
}

// Training tokens 4 5 4 3 | 5 3 | 4 4 4 3 in two shards, the second document in both; validation 5 5 3 | 4 3.
PreparedIndex write_corpus(const std::string& folder, const char* vocabulary = kVocabulary) {
  storage::make_folders(folder);
  storage::write_file(folder + "/vocab.txt", vocabulary);
  const auto tokenizer = text::load_tokenizer(folder + "/vocab.txt");
  storage::write_file(folder + "/tokenizer.json", tokenizer->to_json());
  PreparedIndex index;
  index.tokenizer = {.file = "tokenizer.json",
                     .sha256 = storage::sha256_of_file(folder + "/tokenizer.json"),
                     .kind = std::string(tokenizer->kind()),
                     .vocab_size = tokenizer->vocab_size(),
                     .separator = 3};
  index.shards = {write_shard(folder, Part::kTrain, "train-00000.bin", {4, 5, 4, 3, 5}),
                  write_shard(folder, Part::kTrain, "train-00001.bin", {3, 4, 4, 4, 3}),
                  write_shard(folder, Part::kVal, "val-00000.bin", {5, 5, 3, 4, 3})};
  index.counts(Part::kTrain) = {.documents = 3, .bytes = 12, .tokens = 10};
  index.counts(Part::kVal) = {.documents = 2, .bytes = 6, .tokens = 5};
  std::string documents = document_starts_header(3, 2);
  for (const uint64_t start : {0, 4, 6, 0, 3}) documents.append(reinterpret_cast<const char*>(&start), sizeof start);
  storage::write_file(folder + "/documents", documents);
  index.documents = {"documents", storage::sha256_of(documents)};
  storage::write_file(folder + "/index.json", to_json(index));
  return index;
}

std::vector<int64_t> starts_of(const TokenSource& source) { return source.document_starts_between(0, source.size()); }

TEST(PreparedCorpus, GivesItsPartsWithTheirDocumentsAndTokenizer) {
  const ScratchFolder folder;
  write_corpus(folder.path());
  const PreparedCorpus corpus = open_prepared_corpus(folder.path());
  std::vector<int32_t> ids(10);
  corpus.train.copy(0, ids);
  EXPECT_EQ(ids, (std::vector<int32_t>{4, 5, 4, 3, 5, 3, 4, 4, 4, 3}));
  EXPECT_EQ(starts_of(corpus.train), (std::vector<int64_t>{4, 6}));
  EXPECT_EQ(starts_of(corpus.validation), (std::vector<int64_t>{3}));
  EXPECT_EQ(corpus.validation.text_bytes(), 6);
  EXPECT_EQ(corpus.tokenizer->vocab_size(), 6);
}

TEST(PreparedCorpus, IsTakenAsDataWithItsValidationPart) {
  const ScratchFolder folder;
  write_corpus(folder / "a");
  for (const std::string& tokenizer : {std::string(), folder / "a/vocab.txt"}) {
    const Data data = open_data({.data = folder / "a", .tokenizer = tokenizer, .max_seq_len = 4});
    EXPECT_EQ(data.vocab_size, 6);
    EXPECT_EQ(data.train.size(), 10);
    EXPECT_EQ(data.validation.size(), 5);
    EXPECT_NE(data.tokenizer, nullptr);
  }
  storage::write_file(folder / "text.txt", "a b a b a b a b a b a b a b a b a b a b a b a b");
  const Data mixed = open_data({.data = folder / "a" + ":2," + folder / "text.txt" + ":1", .max_seq_len = 4});
  EXPECT_EQ(mixed.train.parts().size(), 2u);
  EXPECT_EQ(mixed.vocab_size, 6);
  EXPECT_EQ(open_data({.data = "stories", .val_data = folder / "a", .max_seq_len = 4}).validation.size(), 5);
  EXPECT_EQ(open_evaluation_data({.data = folder / "a"}).validation.size(), 5);
}

TEST(PreparedCorpus, OfAnotherTokenizerIsRefused) {
  const ScratchFolder folder;
  write_corpus(folder / "a");
  write_corpus(folder / "b", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nb\na\n");
  const auto error_of = [&](DataOptions options) {
    options.max_seq_len = 4;
    const std::string message = message_of<Error>([&] { open_data(options); });
    return message.substr(0, message.find(", SHA")) + message.substr(message.rfind("than"), 30);
  };
  const auto other = text::load_tokenizer(folder / "b/vocab.txt");
  const std::string refused = (folder / "a") + ": was prepared with another tokenizer (WordPiece, 6 tokens";
  EXPECT_EQ(error_of({.data = folder / "a", .given_tokenizer = other}), refused + "than the model's (WordPiece, 6");
  EXPECT_TRUE(error_of({.data = folder / "a", .tokenizer = folder / "b"}).starts_with(refused + "than --tokenizer "));
  EXPECT_TRUE(error_of({.data = folder / "b," + folder / "a"}).starts_with(refused + "than /"));
  EXPECT_EQ(message_of<Error>([&] { open_data({.data = folder / "a", .tokenizer = "char", .max_seq_len = 4}); }),
            (folder / "a") + ": was prepared with a WordPiece tokenizer, not with --tokenizer char: leave that out");
}

TEST(PreparedCorpus, ThatWasDamagedIsRefused) {
  const ScratchFolder folder;
  const auto error_after = [&](const std::function<void(const std::string&, PreparedIndex&)>& damage) {
    const std::string path = folder / "x";
    PreparedIndex index = write_corpus(path);
    damage(path, index);
    storage::write_file(path + "/index.json", to_json(index));
    const std::string message = message_of<FormatError>([&] { open_prepared_corpus(path); });
    return message.substr(std::min(message.size(), path.size() + 1));
  };
  EXPECT_EQ(
      error_after([](const std::string& path, PreparedIndex&) {
        write_shard(path, Part::kTrain, "train-00001.bin", {3, 4, 4, 4});
      }),
      "train-00001.bin: byte 8: the shard has 4 tokens, index.json counts 5: copy the folder again, or prepare it "
      "anew");
  EXPECT_EQ(error_after([](const std::string& path, PreparedIndex&) {
              std::string shard = storage::read_file(path + "/val-00000.bin");
              shard[8] = 100;  // the number of tokens
              storage::write_file(path + "/val-00000.bin", shard);
            }),
            "val-00000.bin: the file has 1034 bytes, its header's 100 tokens make 1224: truncated copy? copy it again");
  EXPECT_TRUE(error_after([](const std::string& path, PreparedIndex&) {
                storage::write_file(path + "/tokenizer.json", storage::read_file(path + "/tokenizer.json") + "\n");
              }).starts_with("tokenizer.json: has the SHA-256 "));
  EXPECT_EQ(
      error_after([](const std::string&, PreparedIndex& index) { index.counts(Part::kVal).documents = 3; }),
      "documents: has 2 val documents, the last from token 3 on, index.json counts 3 in 5 tokens: copy the folder "
      "again, or prepare it anew");
  EXPECT_EQ(error_after([](const std::string&, PreparedIndex& index) { index.tokenizer.vocab_size = 7; }),
            "tokenizer.json: has 6 tokens, index.json says 7: prepare the folder anew");
}

}  // namespace
}  // namespace slm::data
