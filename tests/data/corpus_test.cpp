#include "slm/data/corpus.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "data/read_corpus.h"
#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"

namespace slm::data {
namespace {

using storage::make_folders;
using storage::write_file;
using test::message_of;
using test::read_corpus;
using test::ScratchFolder;
using Texts = std::vector<std::string>;

TEST(Corpus, ReadsFoldersInSortedOrder) {
  const ScratchFolder folder;
  make_folders(folder / "sub");
  write_file(folder / "b.txt", "two");
  write_file(folder / "a.md", "\xEF\xBB\xBFone");
  write_file(folder / "c.pdf", "no");
  write_file(folder / ".hidden.txt", "no");
  write_file(folder / "sub/x.jsonl", "{\"text\": \"three\"}\n{\"text\": \"four\"}");
  write_file(folder / "z.txt", "five");
  const auto corpus = read_corpus({folder.path()});
  EXPECT_EQ(corpus.texts, (Texts{"one", "two", "three", "four", "five"}));
  EXPECT_EQ(corpus.places, (Texts{folder / "a.md:1", folder / "b.txt:1", folder / "sub/x.jsonl:1",
                                  folder / "sub/x.jsonl:2", folder / "z.txt:1"}));
  EXPECT_EQ(corpus.num_blocks, 3u);
}

TEST(Corpus, SplitsTextAtSeparators) {
  const ScratchFolder folder;
  write_file(folder / "a.txt",
             "one\n\ntwo\n<|endoftext|>\nthree\r\n<|endoftext|>\r\n\nfour<|endoftext|><|endoftext|>\n");
  EXPECT_EQ(read_corpus({folder / "a.txt"}).texts, (Texts{"one\n\ntwo", "three", "\nfour"}));
  EXPECT_EQ(read_corpus({folder / "a.txt"}).places.back(), folder / "a.txt:7");
  CorpusOptions options;
  options.document_separator = "\n\n";
  EXPECT_EQ(read_corpus({folder / "a.txt"}, options).texts[0], "one");
  options.document_separator = "";
  EXPECT_EQ(read_corpus({folder / "a.txt"}, options).texts.size(), 1u);
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
    const Texts got = read_corpus({folder / "a.txt"}, options).texts;
    ASSERT_EQ(got.size(), want.size()) << block_bytes;
    for (size_t i = 0; i < want.size(); ++i) ASSERT_EQ(got[i], want[i]) << block_bytes << " " << i;
    const auto jsonl = read_corpus({folder / "a.jsonl"}, options);
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
  const auto corpus = read_corpus({folder / "a.txt"});
  ASSERT_EQ(corpus.texts.size(), 1u);
  EXPECT_TRUE(corpus.texts[0] == text);
  EXPECT_LT(corpus.max_block, size_t{6} << 20);
  std::string no_line;
  while (no_line.size() < (size_t{9} << 20)) no_line += "\xE2\x82\xAC";
  write_file(folder / "b.txt", no_line);
  const auto one_line = read_corpus({folder / "b.txt"});
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
  const auto corpus = read_corpus({folder / "a.jsonl"}, options);
  EXPECT_EQ(corpus.texts, (Texts{"ok",
                                 "a\xEF\xBF\xBD"
                                 "b\xEF\xBF\xBD",
                                 std::string("nul\0", 4)}));
  const auto check = [&](SkipReason reason, int64_t count, int64_t line) {
    EXPECT_EQ(corpus.skips[reason].count, count) << describe(reason, count);
    EXPECT_EQ(corpus.skips[reason].first_line, line) << describe(reason, count);
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
  EXPECT_EQ(message_of<FormatError>([&] { read_corpus({folder / "a.jsonl"}, options); }),
            folder / "a.jsonl:2: this is not a JSON object; mend it, or leave --strict out to skip such places");
  write_file(folder / "b.jsonl", "{\"text\": \"\"}\n");
  EXPECT_EQ(message_of<FormatError>([&] { read_corpus({folder / "b.jsonl"}, options); }),
            folder / "b.jsonl:1: the document is empty; mend it, or leave --strict out to skip such places");
}

TEST(Corpus, PassesOverALineThatIsTooLongForMemory) {
  const ScratchFolder folder;
  write_file(folder / "a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"" + std::string(size_t{3} << 20, 'x') +
                                     "\"}\n{\"text\": \"b\"}\n" + std::string(size_t{3} << 20, ' '));
  CorpusOptions options;
  options.max_record_bytes = 1 << 20;
  const auto corpus = read_corpus({folder / "a.jsonl"}, options);
  ASSERT_EQ(corpus.texts, (Texts{"a", "b"}));
  EXPECT_EQ(corpus.places[1], folder / "a.jsonl:3");
  EXPECT_EQ(corpus.skips[SkipReason::kTooLong].count, 2);
  EXPECT_EQ(corpus.skips[SkipReason::kTooLong].first_line, 2);
  EXPECT_LT(corpus.max_block, size_t{3} << 20);
  options.strict = true;
  EXPECT_EQ(message_of<FormatError>([&] { read_corpus({folder / "a.jsonl"}, options); }),
            folder / "a.jsonl:2: the row is too long; mend it, or leave --strict out to skip such places");
}

TEST(Corpus, PassesOverARecordOfAnyFormatThatIsTooLongForMemory) {
  const ScratchFolder folder;
  const std::string long_text(size_t{20} << 20, 'x'), open_array(size_t{20} << 20, '[');
  write_file(folder / "a.csv", "text\na\n\"" + long_text + "\"\n" + long_text + "\nb\n");
  write_file(folder / "a.json", "[{\"text\": \"a\"}, {\"text\": \"" + long_text + "\"},\n" + long_text +
                                    ",\n{\"text\": \"b\"}, " + open_array);
  CorpusOptions options;
  options.max_record_bytes = 1 << 20;
  for (const char* name : {"a.csv", "a.json"}) {
    const auto corpus = read_corpus({folder / name}, options);
    EXPECT_EQ(corpus.texts, (Texts{"a", "b"})) << name;
    EXPECT_LT(corpus.max_block, size_t{3} << 20) << name;
    EXPECT_GE(corpus.skips[SkipReason::kTooLong].count, 2) << name;
  }
}

// A link that leads to itself: root may read every file.
TEST(Corpus, NamesTheFileThatCannotBeReadAmongGoodOnes) {
  const ScratchFolder folder;
  write_file(folder / "a.txt", "one");
  ASSERT_EQ(::symlink("b.txt", (folder / "b.txt").c_str()), 0);
  write_file(folder / "c.txt", "two");
  EXPECT_EQ(message_of<IoError>([&] { read_corpus({folder.path()}); }),
            folder / "b.txt" +
                ": cannot open: Too many levels of symbolic links; a symbolic link on the path leads "
                "back to itself");
  CorpusOptions options;
  options.skip_bad_files = true;
  const auto corpus = read_corpus({folder.path()}, options);
  EXPECT_EQ(corpus.texts, (Texts{"one", "two"}));
  EXPECT_EQ(corpus.skips[SkipReason::kBadFile].count, 1);
  EXPECT_EQ(corpus.skips[SkipReason::kBadFile].first_source, folder / "b.txt");
}

TEST(Corpus, ReadsANamedPipeAsAStream) {
  const ScratchFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(folder / "pipe") << "one\n<|endoftext|>\ntwo"; });
  const auto corpus = read_corpus({folder / "pipe"});
  writer.join();
  EXPECT_EQ(corpus.texts, (Texts{"one", "two"}));
  ASSERT_EQ(::mkfifo((folder / "pipe.jsonl").c_str(), 0600), 0);
  EXPECT_EQ(CorpusReader({folder / "pipe.jsonl"}, {}).bytes_total(), std::nullopt);
}

TEST(Corpus, LeavesOutWhatTrainingAndPreparingLeftInAFolder) {
  const ScratchFolder folder;
  write_file(folder / "a.txt", "text");
  write_file(folder / "config.json", "{\"text\": \"of the user\"}");
  const Texts before = read_corpus({folder / ""}).texts;
  EXPECT_EQ(before, (Texts{"text", "of the user"}));
  for (const char* name : {"metrics.jsonl", "tokenizer.json", "data-cache/x/index.json",
                           "checkpoints/step-1/config.json", "run/config.json", "run/metrics.jsonl", "out/index.json",
                           "out/tokenizer.json", "out/documents", "new/unfinished/state.json"}) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    write_file(folder / name, "{\"text\": \"ours\"}\n");
  }
  write_file(folder / "run/notes.txt", "mine");
  write_file(folder / "new/tokenizer.json", "{\"text\": \"also ours\"}");
  EXPECT_EQ(read_corpus({folder / ""}).texts, (Texts{"text", "mine"}));
}

TEST(Corpus, ReadsCsvByTheNameOfItsColumn) {
  const ScratchFolder folder;
  write_file(folder / "a.csv",
             "id,\"text\",x\r\n1,plain,2\r\n2,\"two\nlines, \"\"quoted\"\"\",3\r\n\r\n3\r\n4,,5\n5,6\" pipe,7\r6,last");
  const auto corpus = read_corpus({folder / "a.csv"});
  EXPECT_EQ(corpus.texts, (Texts{"plain", "two\nlines, \"quoted\"", "6\" pipe", "last"}));
  EXPECT_EQ(corpus.places.back(), folder / "a.csv:8");
  EXPECT_EQ(corpus.skips[SkipReason::kNoColumn].count, 1);
  EXPECT_EQ(corpus.skips[SkipReason::kNoColumn].first_line, 5);
  EXPECT_EQ(corpus.skips[SkipReason::kEmpty].count, 1);
  write_file(folder / "b.tsv", "text\tn\na, b\t1\n\"open\t2\nx\t3\n");
  const auto open = read_corpus({folder / "b.tsv"});
  EXPECT_EQ(open.texts, Texts{"a, b"});
  EXPECT_EQ(open.skips[SkipReason::kBadRow].count, 1);
  EXPECT_EQ(open.skips[SkipReason::kBadRow].first_line, 3);
  write_file(folder / "c.csv", "text,n\na, b and c,1\n\"a, b\",1\nfew\n");
  const auto ragged = read_corpus({folder / "c.csv"});
  EXPECT_EQ(ragged.texts, (Texts{"a, b", "few"}));
  EXPECT_EQ(ragged.skips[SkipReason::kTooManyFields].count, 1);
  EXPECT_EQ(ragged.skips[SkipReason::kTooManyFields].first_line, 2);
  write_file(folder / "empty.csv", "");
  EXPECT_EQ(read_corpus({folder / "empty.csv", folder / "c.csv"}).texts, ragged.texts);
  CorpusOptions options;
  options.text_column = "body";
  EXPECT_EQ(
      message_of<FormatError>([&] { read_corpus({folder / "a.csv"}, options); }),
      folder / "a.csv: there is no column 'body'; the first row names: id, text, x. Choose one with --text_column");
}

// Fields of the characters that matter, written by the rules of RFC 4180 and read back.
TEST(Corpus, ReadsWhatACsvWriterWrites) {
  const ScratchFolder folder;
  std::string csv = "a,text,b\r\n";
  Texts want;
  uint64_t state = 7;
  const auto draw = [&](uint64_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 40) % n;
  };
  for (int row = 0; row < 3000; ++row) {
    for (int column = 0; column < 3; ++column) {
      std::string field;
      for (uint64_t i = draw(12); i > 0; --i) field += std::string_view("ab ,\"\n\r\t")[draw(8)];
      if (column == 1) want.push_back("x" + field);
      const std::string raw = column == 1 ? want.back() : field;
      const bool is_quoted = raw.find_first_of(",\"\n\r") != std::string::npos || draw(2) == 0;
      std::string doubled;
      for (const char c : raw) doubled += c == '"' ? "\"\"" : std::string(1, c);
      csv += (is_quoted ? "\"" + doubled + "\"" : raw) + (column < 2 ? "," : "\r\n");
    }
  }
  write_file(folder / "a.csv", csv);
  for (const int64_t block_bytes : {1, 1000, 1000000}) {
    CorpusOptions options;
    options.block_bytes = block_bytes;
    const auto corpus = read_corpus({folder / "a.csv"}, options);
    ASSERT_TRUE(corpus.texts == want) << block_bytes;
    EXPECT_EQ(corpus.places.back(), folder / "a.csv:3001");
  }
}

TEST(Corpus, ReadsJsonThatIsOneArrayOrSpreadOverLines) {
  const ScratchFolder folder;
  write_file(
      folder / "a.json",
      " [\n{\"text\": \"one ]}\\\" [\"},\n {\"x\": [[{}]],\n  \"text\":\"two\"}, 5 , \"s\",\n{\"text\": \"three\"}]\n");
  const auto array = read_corpus({folder / "a.json"});
  EXPECT_EQ(array.texts, (Texts{"one ]}\" [", "two", "three"}));
  EXPECT_EQ(array.places[2], folder / "a.json:5");
  EXPECT_EQ(array.skips[SkipReason::kNotJson].count, 2);
  EXPECT_EQ(array.skips[SkipReason::kNotJson].first_line, 4);
  write_file(folder / "b.json", "{\n  \"a\": {\"b\": \"deep\"}\n}\n{\"a\":\n{\"b\": \"er\"}}");
  write_file(folder / "c.json", "{\"a\": {\"b\": \"lines\"}}\n{\"a\": {\"b\": \"too\"}}");
  CorpusOptions options;
  options.text_column = "a.b";
  EXPECT_EQ(read_corpus({folder / "b.json", folder / "c.json"}, options).texts, (Texts{"deep", "er", "lines", "too"}));
  std::string many = "[";
  Texts want;
  for (int i = 0; i < 5000; ++i) {
    want.push_back("n" + std::to_string(i) + std::string(static_cast<size_t>(i % 90), '}'));
    many += (i > 0 ? ",\n" : "") + ("{\"text\": \"" + want.back() + "\"}");
  }
  write_file(folder / "d.json", many + "]");
  options = {};
  for (const int64_t block_bytes : {1, 5000, 1000000}) {
    options.block_bytes = block_bytes;
    ASSERT_TRUE(read_corpus({folder / "d.json"}, options).texts == want) << block_bytes;
  }
}

TEST(Corpus, SaysWhatIsWrongWithItsInputs) {
  const ScratchFolder folder;
  write_file(folder / "a.pdf", "x");
  EXPECT_EQ(message_of<UsageError>([] { read_corpus({}); }),
            "no input: name a file, a folder, or - for standard input");
  EXPECT_TRUE(message_of<Error>([&] {
                read_corpus({folder.path()});
              }).starts_with(folder.path() + ": no text in this folder: expected files that end in .txt, .text"));
  EXPECT_EQ(message_of<IoError>([&] { read_corpus({folder / "none"}); }),
            folder / "none" + ": cannot read: No such file or directory; check the path for a typing error");
  EXPECT_EQ(message_of<UsageError>([] { read_corpus({"ftp://host/a.txt"}); }),
            "ftp://host/a.txt: expected a path, or an address that begins with http://, https://, hf://, s3:// or "
            "gs://; copy it to a local path first");
}

}  // namespace
}  // namespace slm::data
