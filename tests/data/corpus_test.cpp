#include "slm/data/corpus.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using storage::make_folders;
using storage::write_file;
using test::message_of;
using test::ScratchFolder;
using Texts = std::vector<std::string>;

struct Corpus {
  Texts texts;   // whole documents
  Texts places;  // "source:line" of each
  SkipCounts skips;
  size_t num_blocks = 0;
  size_t max_block = 0;
  int64_t bytes_read = 0;
};

Corpus read(const std::vector<std::string>& inputs, const CorpusOptions& options = {}) {
  Corpus corpus;
  CorpusReader reader(inputs, options);
  bool is_inside = false;
  for (CorpusBlock block; reader.next(block);) {
    EXPECT_EQ(block.index, static_cast<int64_t>(corpus.num_blocks));
    ++corpus.num_blocks;
    corpus.max_block = std::max(corpus.max_block, block.bytes.size());
    for_each_document(
        block, options,
        [&](const CorpusDocument& document) {
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

TEST(Corpus, ReadsFoldersInSortedOrder) {
  const ScratchFolder folder;
  make_folders(folder / "sub");
  write_file(folder / "b.txt", "two");
  write_file(folder / "a.md", "\xEF\xBB\xBFone");
  write_file(folder / "c.pdf", "no");
  write_file(folder / ".hidden.txt", "no");
  write_file(folder / "sub/x.jsonl", "{\"text\": \"three\"}\n{\"text\": \"four\"}");
  write_file(folder / "z.txt", "five");
  const Corpus corpus = read({folder.path()});
  EXPECT_EQ(corpus.texts, (Texts{"one", "two", "three", "four", "five"}));
  EXPECT_EQ(corpus.places, (Texts{folder / "a.md:1", folder / "b.txt:1", folder / "sub/x.jsonl:1",
                                  folder / "sub/x.jsonl:2", folder / "z.txt:1"}));
  EXPECT_EQ(corpus.num_blocks, 3u);
}

TEST(Corpus, SplitsTextAtSeparators) {
  const ScratchFolder folder;
  write_file(folder / "a.txt",
             "one\n\ntwo\n<|endoftext|>\nthree\r\n<|endoftext|>\r\n\nfour<|endoftext|><|endoftext|>\n");
  EXPECT_EQ(read({folder / "a.txt"}).texts, (Texts{"one\n\ntwo", "three", "\nfour"}));
  EXPECT_EQ(read({folder / "a.txt"}).places.back(), folder / "a.txt:7");
  CorpusOptions options;
  options.document_separator = "\n\n";
  EXPECT_EQ(read({folder / "a.txt"}, options).texts[0], "one");
  options.document_separator = "";
  EXPECT_EQ(read({folder / "a.txt"}, options).texts.size(), 1u);
}

TEST(Corpus, NeverCutsAnythingHoweverSmallTheBlocksAre) {
  const ScratchFolder folder;
  Texts want;
  std::string text;
  for (int i = 0; i < 400; ++i) {
    std::string document = "d" + std::to_string(i);
    for (int k = 0; k < i * 7 % 900; ++k) document += k % 11 == 0 ? "\n" : k % 7 == 0 ? " " : "\xC3\xA9";
    want.push_back(document + ".");
    text += want.back() + "\n<|endoftext|>\n";
  }
  write_file(folder / "a.txt", text);
  std::string lines;
  for (const std::string& document : want) {
    std::string escaped;
    for (const char c : document) escaped += c == '\n' ? "\\n" : std::string(1, c);
    lines += "{\"text\": \"" + escaped + "\"}\n";
  }
  write_file(folder / "a.jsonl", lines);
  for (const int64_t block_bytes : {1, 100, 1000, 70000, 1000000}) {
    CorpusOptions options;
    options.block_bytes = block_bytes;
    options.max_piece_bytes = block_bytes;
    const Texts got = read({folder / "a.txt"}, options).texts;
    ASSERT_EQ(got.size(), want.size()) << block_bytes;
    for (size_t i = 0; i < want.size(); ++i) ASSERT_EQ(got[i], want[i]) << block_bytes << " " << i;
    const Corpus jsonl = read({folder / "a.jsonl"}, options);
    ASSERT_TRUE(jsonl.texts == want) << block_bytes;
    EXPECT_EQ(jsonl.places.back(), folder / "a.jsonl:400");
    EXPECT_EQ(jsonl.bytes_read, static_cast<int64_t>(lines.size()));
  }
}

TEST(Corpus, HandsOnAHugeTextInPieces) {
  const ScratchFolder folder;
  std::string text;
  while (text.size() < (size_t{20} << 20)) text += "A line of text that is one of very many, \xE2\x82\xAC.\n";
  write_file(folder / "a.txt", text);
  const Corpus corpus = read({folder / "a.txt"});
  ASSERT_EQ(corpus.texts.size(), 1u);
  EXPECT_TRUE(corpus.texts[0] == text);
  EXPECT_LT(corpus.max_block, size_t{6} << 20);
  std::string no_line;
  while (no_line.size() < (size_t{9} << 20)) no_line += "\xE2\x82\xAC";
  write_file(folder / "b.txt", no_line);
  const Corpus one_line = read({folder / "b.txt"});
  EXPECT_TRUE(one_line.texts[0] == no_line);
  EXPECT_EQ(one_line.skips[SkipReason::kInvalidUtf8].count, 0);
}

TEST(Corpus, CountsWhatItSkipsAndNamesTheFirst) {
  const ScratchFolder folder;
  write_file(folder / "a.jsonl",
             "{\"text\": \"ok\"}\nnot json\n{\"title\": 1}\n\n{\"text\": null}\n{\"text\": 5}\n[1]\n{\"text\": \"a\xFF"
             "b\\ud800\"}\n{\"text\": \"\"}\n{\"text\": \"" +
                 std::string(1000, 'x') + "\"}\n{\"text\": \"nul\\u0000\"}");
  CorpusOptions options;
  options.max_record_bytes = 500;
  const Corpus corpus = read({folder / "a.jsonl"}, options);
  EXPECT_EQ(corpus.texts, (Texts{"ok",
                                 "a\xEF\xBF\xBD"
                                 "b\xEF\xBF\xBD",
                                 std::string("nul\0", 4)}));
  const auto check = [&](SkipReason reason, int64_t count, int64_t line) {
    EXPECT_EQ(corpus.skips[reason].count, count) << describe(reason);
    EXPECT_EQ(corpus.skips[reason].first_line, line) << describe(reason);
    EXPECT_EQ(corpus.skips[reason].first_source, folder / "a.jsonl");
  };
  check(SkipReason::kNotJson, 2, 2);
  check(SkipReason::kNoColumn, 1, 3);
  check(SkipReason::kNull, 1, 5);
  check(SkipReason::kWrongType, 1, 6);
  check(SkipReason::kInvalidUtf8, 2, 8);
  check(SkipReason::kEmpty, 1, 9);
  check(SkipReason::kTooLong, 1, 10);
  EXPECT_EQ(corpus.skips.num_skipped(), 7);
  options.strict = true;
  EXPECT_EQ(message_of<FormatError>([&] { read({folder / "a.jsonl"}, options); }),
            folder / "a.jsonl:2: this is not a JSON object; mend it, or leave --strict out to skip such places");
}

TEST(Corpus, PassesOverALineThatIsTooLongForMemory) {
  const ScratchFolder folder;
  write_file(folder / "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"" + std::string(size_t{3} << 20, 'x') +
                                     "\"}\n{\"text\": \"b\"}\n" + std::string(size_t{3} << 20, ' '));
  CorpusOptions options;
  options.max_record_bytes = 1 << 20;
  const Corpus corpus = read({folder / "a.jsonl"}, options);
  ASSERT_EQ(corpus.texts, (Texts{"a", "b"}));
  EXPECT_EQ(corpus.places[1], folder / "a.jsonl:3");
  EXPECT_EQ(corpus.skips[SkipReason::kTooLong].count, 2);
  EXPECT_EQ(corpus.skips[SkipReason::kTooLong].first_line, 2);
  EXPECT_LT(corpus.max_block, size_t{3} << 20);
}

TEST(Corpus, SaysWhatIsWrongWithItsInputs) {
  const ScratchFolder folder;
  write_file(folder / "a.pdf", "x");
  EXPECT_EQ(message_of<UsageError>([] { read({}); }), "no input: name a file, a folder, or - for standard input");
  EXPECT_TRUE(message_of<Error>([&] {
                read({folder.path()});
              }).starts_with(folder.path() + ": no text in this folder: expected files that end in .txt, .text"));
  EXPECT_EQ(message_of<IoError>([&] { read({folder / "none"}); }),
            folder / "none" + ": cannot read: No such file or directory; check the path for a typing error");
}

}  // namespace
}  // namespace slm::data
