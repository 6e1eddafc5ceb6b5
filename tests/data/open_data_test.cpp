#include "slm/data/open_data.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/data/stories.h"
#include "slm/data/token_shard.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;
using test::ScratchFolder;

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string text_of(const TokenSource& source, const text::Tokenizer& tokenizer) {
  std::vector<int32_t> ids(static_cast<size_t>(source.size()));
  source.copy(0, ids);
  return tokenizer.decode(ids, {});
}

// Of both parts, one after the other.
std::vector<int32_t> ids_of(const Data& data) {
  std::vector<int32_t> ids(static_cast<size_t>(data.train.size() + data.validation.size()));
  data.train.parts()[0].source.copy(0, std::span(ids).first(static_cast<size_t>(data.train.size())));
  data.validation.parts()[0].source.copy(0, std::span(ids).subspan(static_cast<size_t>(data.train.size())));
  return ids;
}

const TokenSource& only(const SourceMix& mix) {
  EXPECT_EQ(mix.parts().size(), 1u);
  return mix.parts()[0].source;
}

TEST(OpenData, SplitsAFileOfCharactersByPosition) {
  const ScratchFolder folder;
  const std::string content = repeated("abc\xC3\xA9 ", 20);  // 100 characters, 120 bytes
  storage::write_file(folder / "a.txt", content);
  const Data data = open_data({.data = folder / "a.txt", .max_seq_len = 8});
  EXPECT_EQ(data.vocab_size, 5);
  EXPECT_EQ(data.tokenizer->kind(), "char");
  EXPECT_EQ(data.train.size(), 90);
  EXPECT_EQ(data.validation.size(), 10);
  EXPECT_EQ(text_of(only(data.train), *data.tokenizer) + text_of(only(data.validation), *data.tokenizer), content);
  EXPECT_EQ(only(data.train).text_bytes(), 108);
  EXPECT_EQ(only(data.validation).text_bytes(), 12);
}

TEST(OpenData, ReadsBytes) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("\xFF\x80x", 20));
  const Data data = open_data({.data = folder / "a.txt", .tokenizer = "byte", .vocab_size = 10000, .max_seq_len = 8});
  EXPECT_EQ(data.vocab_size, 256);
  EXPECT_EQ(only(data.train)[0], 255);
  EXPECT_EQ(only(data.train).text_bytes(), 54);
}

TEST(OpenData, JoinsTheTextsOfAFolderInOrder) {
  const ScratchFolder folder;
  storage::make_folders(folder / "b");
  storage::write_file(folder / "z.txt", "last");
  storage::write_file(folder / "a.md", "first\n");
  storage::write_file(folder / "b/c.TXT", "middle");
  storage::write_file(folder / "b/empty.txt", "");
  storage::write_file(folder / "b/x.png", "not text");
  storage::write_file(folder / ".hidden.txt", "hidden");
  for (const char* tokenizer : {"char", "byte"}) {
    const Data data = open_data({.data = folder.path(), .val_fraction = 0, .tokenizer = tokenizer, .max_seq_len = 4});
    EXPECT_EQ(text_of(only(data.train), *data.tokenizer), "first\n\nmiddle\n\nlast");
    EXPECT_EQ(only(data.train).text_bytes(), 19);
    EXPECT_EQ(data.validation.size(), 0);
  }
}

TEST(OpenData, TakesValidationFromItsOwnFileWithOneVocabulary) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("ab", 20));
  storage::write_file(folder / "v.txt", "cab");
  const Data data = open_data({.data = folder / "a.txt", .val_data = folder / "v.txt", .max_seq_len = 8});
  EXPECT_EQ(data.vocab_size, 3);
  EXPECT_EQ(data.train.size(), 40);
  EXPECT_EQ(text_of(only(data.validation), *data.tokenizer), "cab");
}

TEST(OpenData, KeepsTheTokenizerOfAModel) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("ab", 20));
  const auto tokenizer = text::train_char_tokenizer("abxyz");
  EXPECT_EQ(open_data({.data = folder / "a.txt", .given_tokenizer = tokenizer, .max_seq_len = 8}).vocab_size, 5);
  storage::write_file(folder / "a.txt", repeated("abc", 20));
  EXPECT_THROW(open_data({.data = folder / "a.txt", .given_tokenizer = tokenizer, .max_seq_len = 8}), Error);
}

TEST(OpenData, TellsItsProgress) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("\xC3\xA9", 700'001));
  std::vector<int64_t> done;
  const auto progress = [&](int64_t bytes, int64_t total) {
    EXPECT_EQ(total, 1'400'002);
    done.push_back(bytes);
  };
  const Data data = open_data({.data = folder / "a.txt", .val_fraction = 0, .max_seq_len = 8, .progress = progress});
  EXPECT_EQ(data.train.size(), 700'001);
  EXPECT_EQ(done, (std::vector<int64_t>{1 << 20, 1'400'002}));
}

TEST(OpenData, MakesTheBuiltInData) {
  const Data dummy = open_data({.vocab_size = 10000});
  EXPECT_EQ(dummy.train.size(), 9000);
  EXPECT_EQ(dummy.validation.size(), 1000);
  EXPECT_EQ(dummy.tokenizer, nullptr);
  const Data stories = open_data({.data = "stories"});
  EXPECT_EQ(only(stories.train).text_bytes(), stories.train.size());
  EXPECT_LT(stories.vocab_size, 80);
}

TEST(OpenData, ReadsShardsAndTensors) {
  const ScratchFolder folder;
  storage::write_file(folder / "t.bin", std::string(200, '\1'));
  const auto open_tensor = [](const std::string& path) { return TokenSource(std::vector<int64_t>(50, 9), path); };
  const Data data = open_data(
      {.data = folder / "t.bin", .val_data = "v.pt", .vocab_size = 300, .max_seq_len = 8, .open_tensor = open_tensor});
  EXPECT_EQ(data.train.size(), 100);
  EXPECT_EQ(data.validation.size(), 50);
  EXPECT_EQ(open_evaluation_data({.data = folder / "t.bin", .vocab_size = 300}).validation.size(), 100);
}

TEST(OpenData, MixesSeveralSourcesByWeight) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("ab", 50));
  storage::write_file(folder / "b:0.5.txt", repeated("bc", 100));
  const std::string list = folder / "a.txt" + ":3," + folder / "b:0.5.txt";
  EXPECT_EQ(message_of<UsageError>([&] { open_data({.data = list, .max_seq_len = 8}); }),
            (folder / "b:0.5.txt") + " has no weight, but " + (folder / "a.txt") +
                " has one: give every source a weight, or none");
  const Data data = open_data({.data = list + ":0.5", .max_seq_len = 8});
  EXPECT_EQ(data.vocab_size, 3);
  for (const SourceMix& mix : {data.train, data.validation}) {
    ASSERT_EQ(mix.parts().size(), 2u);
    EXPECT_EQ(mix.parts()[0].weight, 3);
    EXPECT_EQ(mix.parts()[1].weight, 0.5);
  }
  EXPECT_EQ(data.train.parts()[0].source.size(), 90);
  EXPECT_EQ(data.validation.parts()[1].source.size(), 20);

  const Data with_val = open_data({.data = folder / "a.txt", .val_data = list + ":2", .max_seq_len = 8});
  EXPECT_EQ(with_val.train.size(), 100);
  EXPECT_EQ(with_val.validation.parts()[1].weight, 2);
  EXPECT_EQ(open_evaluation_data({.data = list + ":2", .max_seq_len = 8}).validation.size(), 300);
}

TEST(OpenData, KnowsTheDocumentsOfText) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", "abc\n");
  storage::write_file(folder / "b.txt", "abcdef");
  const Data data = open_data({.data = folder.path(), .val_fraction = 0, .max_seq_len = 4});
  EXPECT_EQ(only(data.train).document_starts_between(0, 11), (std::vector<int64_t>{5}));  // "abc\n", "\n", "abcdef"

  const Data stories = open_data({.data = "stories", .val_fraction = 0});
  const TokenSource& source = only(stories.train);
  const std::string text = text_of(source, *stories.tokenizer);
  EXPECT_EQ(text, make_stories({}));
  size_t blank_line = 0;
  for (const int64_t start : source.document_starts_between(0, source.size())) {
    blank_line = text.find("\n\n", blank_line + 1);
    ASSERT_EQ(static_cast<size_t>(start), blank_line + 2);
  }
  EXPECT_EQ(text.find("\n\n", blank_line + 1), std::string::npos);
}

TEST(OpenData, TakesTheSeparatorOfTheTokenizerThatTokenIdsWereMadeWith) {
  const ScratchFolder folder;
  storage::write_file(folder / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n");
  storage::write_file(folder / "t.bin", std::string("\4\0\5\0\3\0\4\0\3\0", 10));
  const Data data =
      open_data({.data = folder / "t.bin", .val_fraction = 0, .tokenizer = folder / "vocab.txt", .max_seq_len = 2});
  EXPECT_EQ(data.vocab_size, 6);
  EXPECT_EQ(only(data.train).document_starts_between(0, 5), (std::vector<int64_t>{3}));
  const Data bare = open_data({.data = folder / "t.bin", .val_fraction = 0, .default_vocab_size = 9, .max_seq_len = 2});
  EXPECT_EQ(bare.vocab_size, 9);
  EXPECT_FALSE(only(bare.train).knows_documents());
}

// A vocabulary of words and the token that ends a document.
std::string write_words(const ScratchFolder& folder) {
  storage::write_file(folder / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nred\ngreen\nblue\n");
  return folder / "vocab.txt";
}

TEST(OpenData, PreparesLongTextOnceAndTrainsOnTheSameTokens) {
  const ScratchFolder folder;
  storage::make_folders(folder / "texts/sub");
  storage::write_file(folder / "one.txt", repeated("red green\nblue ", 50));
  storage::write_file(folder / "texts/a.txt", repeated("red green\n", 30));
  storage::write_file(folder / "texts/empty.txt", "");
  storage::write_file(folder / "texts/sub/b.md", repeated("blue", 1));
  storage::write_file(folder / "texts/z.txt", repeated("red green\n", 30));  // the same again
  const std::string words = write_words(folder);
  for (const char* name : {"one.txt", "texts"}) {
    for (const std::string& tokenizer : {words, std::string("char"), std::string("byte")}) {
      SCOPED_TRACE(std::string(name) + " " + tokenizer);
      const DataOptions in_memory{.data = folder / name, .tokenizer = tokenizer, .max_seq_len = 4};
      DataOptions options = in_memory;
      options.cache_dir = folder / "run/cache";
      options.max_text_in_memory = options.max_text_encoded_at_start = 100;
      const Data want = open_data(in_memory), got = open_data(options);
      const std::vector<int32_t> in_memory_ids = ids_of(want), ids = ids_of(got);
      // What is prepared has a separator behind its last document, too; a file of bytes is trained on as it is.
      const bool is_prepared = tokenizer != "byte" || name == std::string("texts");
      EXPECT_EQ(storage::exists(options.cache_dir), is_prepared);
      ASSERT_EQ(ids.size() > in_memory_ids.size(), is_prepared);
      EXPECT_TRUE(std::equal(in_memory_ids.begin(), in_memory_ids.end(), ids.begin()));
      EXPECT_EQ(open_data(options).train.size(), got.train.size());
      EXPECT_NEAR(static_cast<double>(got.validation.size()), 0.1 * static_cast<double>(got.train.size()) / 0.9, 1);
      EXPECT_TRUE(only(got.validation).text_bytes().has_value());
      storage::remove_tree(folder / "run");
    }
  }
}

TEST(OpenData, KeepsShortTextOutOfTheCache) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("red green\n", 50));
  open_data({.data = folder / "a.txt", .tokenizer = write_words(folder), .max_seq_len = 4, .cache_dir = folder / "c"});
  EXPECT_FALSE(storage::exists(folder / "c"));
}

TEST(OpenData, SaysWhatIsWrongWithATextFile) {
  const ScratchFolder folder;
  const auto error_of = [&](const std::string& name, int64_t seq_len = 8, double val_fraction = 0.1) {
    return message_of<Error>(
        [&] { open_data({.data = folder / name, .val_fraction = val_fraction, .max_seq_len = seq_len}); });
  };
  storage::write_file(folder / "empty.txt", "");
  storage::write_file(folder / "one.txt", "x");
  storage::write_file(folder / "short.txt", "0123456789");
  storage::write_file(folder / "latin1.txt", "caf\xE9 and more text");
  storage::make_folders(folder / "nothing");
  const std::string at = folder.path() + "/";
  EXPECT_EQ(error_of("none.txt").substr(0, at.size() + 8), at + "none.txt");
  EXPECT_EQ(error_of("empty.txt"), at + "empty.txt: the file is empty, expected text; name a file that has some");
  EXPECT_EQ(error_of("one.txt"),
            at + "one.txt: 1 token is shorter than one sequence: max_seq_len 8 needs 9; use a smaller "
                 "--max_seq_len or more data");
  EXPECT_EQ(error_of("short.txt", 9),
            at + "short.txt: of 10 tokens 9 are left to train on after --val_fraction 0.1, and a "
                 "sequence of max_seq_len 9 needs 10; use a smaller --val_fraction or "
                 "--max_seq_len, or more data");
  EXPECT_EQ(error_of("short.txt"),
            at + "short.txt: --val_fraction 0.1 of 10 tokens leaves 1 to validate on, expected at "
                 "least 2; use a larger --val_fraction, or --val_fraction 0 for no validation");
  EXPECT_EQ(error_of("short.txt", 8, 0), "no error");
  EXPECT_EQ(error_of("short.txt", 8, 1), "--val_fraction is 1, expected at least 0 and less than 1");
  EXPECT_EQ(error_of("latin1.txt"),
            at + "latin1.txt: byte 3: 0xE9 is not UTF-8 here: convert the text to UTF-8, or train on "
                 "its bytes with --tokenizer byte");
  EXPECT_EQ(error_of("nothing"), at + "nothing: no text in this folder: expected files that end in .txt, .text, .md, "
                                      ".markdown, .rst");
}

TEST(OpenData, SaysWhenTheVocabularyIsTooSmall) {
  const ScratchFolder folder;
  storage::write_file(folder / "a.txt", repeated("abcdef", 20));
  storage::write_file(folder / "t.bin", std::string(200, '\1'));
  EXPECT_EQ(message_of<Error>([&] { open_data({.data = folder / "a.txt", .vocab_size = 5, .max_seq_len = 8}); }),
            (folder / "a.txt") +
                ": the char tokenizer has 6 tokens, more than --vocab_size 5: leave --vocab_size out, or set "
                "it to at least 6");
  EXPECT_TRUE(message_of<Error>([&] {
                open_data({.data = folder / "t.bin", .vocab_size = 257, .max_seq_len = 8});
              }).starts_with((folder / "t.bin") + ": token 0 is id 257, but the vocabulary has 257"));
  EXPECT_EQ(message_of<UsageError>([&] { open_data({.data = folder / "t.bin"}); }),
            "--vocab_size is 0, expected at least 1: '" + (folder / "t.bin") + "' has token ids but no tokenizer");
}

}  // namespace
}  // namespace slm::data
