#include "slm/data/prepare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <set>

#include "data/prepared_folder.h"
#include "slm/core/error.h"
#include "slm/data/document_starts.h"
#include "slm/data/prepared_corpus.h"
#include "slm/data/token_shard.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "slm/storage/folder_lock.h"
#include "slm/storage/read_file.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::files_of;
using test::message_of;
using test::no_sync;
using test::ScratchFolder;
using test::texts_of;
using test::WithoutSync;
using Files = test::Files;

std::string json_line(const std::string& text) { return nlohmann::json{{"text", text}}.dump() + "\n"; }

// Documents of 1 to 60 bytes; every seventh repeats an earlier one.
std::vector<std::string> documents(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) {
    const int which = i % 7 == 6 ? i / 2 : i;
    std::string text = "document " + std::to_string(which);
    for (int k = 0; k < which % 9; ++k) text += " more";
    list.push_back(text);
  }
  return list;
}

// JSON Lines files with four documents each.
struct Corpus {
  ScratchFolder folder;
  explicit Corpus(const std::vector<std::string>& texts) {
    storage::make_folders(folder / "in");
    for (size_t begin = 0; begin < texts.size(); begin += 4) {
      std::string content;
      for (size_t i = begin; i < std::min(begin + 4, texts.size()); ++i) content += json_line(texts[i]);
      write(begin / 4, content);
    }
  }
  std::string path(size_t file) const { return folder / ("in/" + std::to_string(1000 + file) + ".jsonl"); }
  void write(size_t file, const std::string& content) const { storage::write_file(path(file), content, no_sync); }
  PrepareOptions options(const std::string& out) const {
    PrepareOptions options;
    options.inputs = {folder / "in"};
    options.corpus.block_bytes = 1;  // a block for each file
    options.tokenizer = text::make_byte_tokenizer();
    options.out = folder / out;
    options.val_fraction = 0.1;
    options.shard_tokens = 700;
    options.command = {"slm", "prepare", "in.jsonl"};
    options.calls = &no_sync;
    return options;
  }
};

TEST(Prepare, WritesEachDocumentAndItsSeparator) {
  const Corpus corpus({"ab", "c\n"});
  PrepareOptions options = corpus.options("out");
  options.val_fraction = 0;
  const PrepareResult result = prepare(options);
  // llm.c's header, then "ab\n\n" and "c\n\n" as uint16.
  std::vector<int32_t> header(256);
  header[0] = 20240520;
  header[1] = 1;
  header[2] = 7;
  std::string shard(reinterpret_cast<const char*>(header.data()), 1024);
  for (const char c : std::string("ab\n\nc\n\n")) shard += {c, '\0'};
  const Files files = files_of(options.out);
  EXPECT_EQ(files.at("train-00000.bin"), shard);
  EXPECT_EQ(files.at("documents"), document_starts_header(2, 0) + std::string(8, '\0') + "\4" + std::string(7, '\0'));
  EXPECT_EQ(files.size(), 4u);  // with index.json and tokenizer.json
  EXPECT_EQ(result.index.counts(Part::kTrain).bytes, 4);
  EXPECT_EQ(result.index.total().tokens, 7);
}

TEST(Prepare, KeepsEveryDocumentOnce) {
  const std::vector<std::string> texts = documents(300);
  const Corpus corpus(texts);
  const PrepareResult result = prepare(corpus.options("out"));
  std::vector<std::string> kept = texts_of(corpus.folder / "out", Part::kTrain);
  for (const std::string& text : texts_of(corpus.folder / "out", Part::kVal)) kept.push_back(text);
  const std::set<std::string> expected(texts.begin(), texts.end());
  EXPECT_EQ(kept.size(), expected.size());
  EXPECT_EQ(std::set<std::string>(kept.begin(), kept.end()), expected);
  EXPECT_EQ(result.index.exact_duplicates.documents, std::ssize(texts) - std::ssize(expected));
}

TEST(Prepare, GivesTheSameBytesForAnyNumberOfThreads) {
  const Corpus corpus(documents(500));
  for (const Dedup dedup : {Dedup::kExact, Dedup::kNear, Dedup::kNone}) {
    Files expected;
    for (const int num_threads : {1, 2, 5}) {
      PrepareOptions options = corpus.options("out");
      options.num_threads = num_threads;
      options.dedup = dedup;
      options.overwrite = true;
      options.max_tokens = 9000;
      prepare(options);
      const Files files = files_of(options.out);
      EXPECT_GT(files.size(), 14u);
      if (expected.empty()) expected = files;
      EXPECT_EQ(files, expected) << num_threads;
    }
  }
}

TEST(Prepare, ChoosesValidationByContentInAnyOrder) {
  std::vector<std::string> texts = documents(400);
  const Corpus corpus(texts);
  std::reverse(texts.begin(), texts.end());
  const Corpus reversed(texts);
  prepare(corpus.options("out"));
  prepare(reversed.options("out"));
  const std::vector<std::string> a = texts_of(corpus.folder / "out", Part::kVal);
  const std::vector<std::string> b = texts_of(reversed.folder / "out", Part::kVal);
  EXPECT_EQ(std::set<std::string>(a.begin(), a.end()), std::set<std::string>(b.begin(), b.end()));
  EXPECT_GT(a.size(), 15u);
  EXPECT_LT(a.size(), 60u);
}

TEST(Prepare, StopsAfterExactlyMaxTokens) {
  const Corpus corpus(documents(100));
  prepare(corpus.options("all"));
  std::string all;
  for (const std::string& text : texts_of(corpus.folder / "all", Part::kTrain)) all += text + "\n\n";
  for (const int64_t max_tokens : {1, 20, 699, 700, 701, 1500}) {
    PrepareOptions options = corpus.options("out");
    options.max_tokens = max_tokens;
    options.overwrite = true;
    const PreparedIndex index = prepare(options).index;
    EXPECT_EQ(index.counts(Part::kTrain).tokens, max_tokens);
    EXPECT_TRUE(index.is_cut);
    std::string got;
    for (int i = 0; max_tokens > 700 * i; ++i) {
      const TokenSource shard = open_token_shard(options.out + "/train-0000" + std::to_string(i) + ".bin");
      for (int64_t at = 0; at < shard.size(); ++at) got += static_cast<char>(shard[at]);
    }
    EXPECT_EQ(got, all.substr(0, static_cast<size_t>(max_tokens)));
  }
}

TEST(Prepare, LeavesOutNearDuplicatesOnlyOnRequest) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word" + std::to_string(i * i) + " ";
  const Corpus corpus({text, text + "and a little more", "another text of twenty letters or more"});
  PrepareOptions options = corpus.options("out");
  options.val_fraction = 0;
  EXPECT_EQ(prepare(options).index.total().documents, 3);
  options.out = corpus.folder / "near";
  options.dedup = Dedup::kNear;
  const PreparedIndex index = prepare(options).index;
  EXPECT_EQ(index.total().documents, 2);
  EXPECT_EQ(index.near_duplicates.documents, 1);
  EXPECT_EQ(index.near_duplicates.bytes, std::ssize(text) + 17);
}

TEST(Prepare, TakesALongTextInPieces) {
  const ScratchFolder folder;
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i) + "\n";
  storage::write_file(folder / "in.txt", text);
  PrepareOptions options;
  options.inputs = {folder / "in.txt"};
  options.corpus.block_bytes = 1000;
  options.corpus.max_piece_bytes = 3000;
  options.tokenizer = text::make_byte_tokenizer();
  options.out = folder / "out";
  options.val_fraction = 0;
  options.num_threads = 3;
  const PreparedIndex index = prepare(options).index;
  EXPECT_EQ(index.total().documents, 1);
  EXPECT_EQ(index.total().bytes, std::ssize(text));
  EXPECT_EQ(texts_of(options.out, Part::kTrain), std::vector<std::string>{text.substr(0, text.size() - 1)});
}

// A run that goes on from `recorded` steps gives the files of one that never stopped.
TEST(Prepare, GoesOnAfterItWasStoppedOrKilled) {
  const Corpus corpus(documents(300));
  PrepareOptions options = corpus.options("whole");
  options.num_threads = 2;
  prepare(options);
  const Files expected = files_of(options.out);
  for (const bool is_killed : {false, true}) {
    for (int steps = 1; steps < 30; steps += 7) {
      options.out = corpus.folder / ("out" + std::to_string(steps) + (is_killed ? "k" : "s"));
      std::atomic<bool> stop = false;
      int num_stops = 0;
      bool is_done = false;
      while (!is_done) {
        ASSERT_LT(++num_stops, 100);
        int step = 0;
        options.stop = &stop;
        stop = false;
        options.progress = [&](const PrepareProgress&) {
          if (++step != steps + (num_stops > 3 ? 1000 : 0)) return;
          if (is_killed) throw std::runtime_error("killed");  // like a kill: nothing more is put on record
          stop = true;
        };
        try {
          is_done = !prepare(options).is_interrupted;
        } catch (const std::runtime_error& error) {
          ASSERT_STREQ(error.what(), "killed");
        }
        EXPECT_EQ(is_prepared_folder(options.out), is_done);
      }
      EXPECT_EQ(files_of(options.out), expected) << steps << is_killed;
      EXPECT_GT(num_stops, 1);
    }
  }
}

TEST(Prepare, RefusesToGoOnWithOtherInputs) {
  const Corpus corpus(documents(300));
  PrepareOptions options = corpus.options("out");
  int step = 0;
  options.progress = [&](const PrepareProgress&) {
    if (++step == 30) throw std::runtime_error("killed");
  };
  EXPECT_THROW(prepare(options), std::runtime_error);
  options.progress = {};
  const std::string content = storage::read_file(corpus.path(1));
  std::string changed = content;
  changed[changed.find("more")] = 'M';
  corpus.write(1, changed);
  const std::string advice =
      "the inputs are not those that the unfinished run has read: bring them back, or use --overwrite to prepare all "
      "again";
  EXPECT_EQ(message_of<Error>([&] { prepare(options); }), advice);
  corpus.write(1, content);
  for (size_t file = 2; file < 75; ++file) storage::remove_tree(corpus.path(file));
  EXPECT_EQ(message_of<Error>([&] { prepare(options); }), advice);
  options.command.push_back("--strict");
  EXPECT_NE(message_of<Error>([&] { prepare(options); }).find("holds the unfinished work of another command"),
            std::string::npos);
  options.overwrite = true;
  prepare(options);
  EXPECT_EQ(read_prepared_index(options.out).total().documents, 7);
}

TEST(Prepare, AFullDiskAtAnyByteLosesNothingThatWasWhole) {
  const Corpus corpus(documents(80));
  PrepareOptions options = corpus.options("whole");
  prepare(options);
  const Files expected = files_of(options.out);
  options.out = corpus.folder / "out";
  int num_failures = 0;
  for (int64_t room = 0;; room += 1999) {
    WithoutSync<test::FullDisk> disk(room);
    options.calls = &disk;
    std::string message = message_of<IoError>([&] { prepare(options); });
    const bool has_failed = message != "no error";
    if (has_failed) {
      ++num_failures;
      EXPECT_NE(message.find("No space left on device; free some space"), std::string::npos) << message;
      EXPECT_FALSE(is_prepared_folder(options.out));
      if (storage::exists(options.out)) {
        for (const auto& [name, content] : files_of(options.out)) {
          const bool is_published = name.ends_with(".bin") && !name.starts_with("unfinished/");
          if (is_published) {
            EXPECT_EQ(content, expected.at(name));
          }
        }
      }
    }
    // The next run, with room again, goes on; every third time a fresh start instead.
    if (has_failed && room % 3 == 0) storage::remove_tree(options.out);
    options.calls = &no_sync;
    prepare(options);
    EXPECT_EQ(files_of(options.out), expected) << room;
    storage::remove_tree(options.out);
    if (!has_failed) break;
  }
  EXPECT_GT(num_failures, 4);
}

TEST(Prepare, AnyFailingCallLeavesAFolderToGoOnFrom) {
  const Corpus corpus(documents(24));
  PrepareOptions options = corpus.options("whole");
  options.shard_tokens = 400;
  prepare(options);
  const Files expected = files_of(options.out);
  options.out = corpus.folder / "out";
  for (int64_t index = 0;; ++index) {
    test::FailingCall calls(index);
    options.calls = &calls;
    const std::string message = message_of<IoError>([&] { prepare(options); });
    if (!calls.has_failed()) break;
    // After the last file is in place, an error comes too late to matter.
    EXPECT_TRUE(message == "no error" || message.find("Input/output error") != std::string::npos) << message;
    options.calls = &no_sync;
    prepare(options);
    EXPECT_EQ(files_of(options.out), expected) << index;
    storage::remove_tree(options.out);
  }
}

TEST(Prepare, LeavesAFinishedFolderAlone) {
  const Corpus corpus(documents(50));
  PrepareOptions options = corpus.options("out");
  prepare(options);
  const Files before = files_of(options.out);
  EXPECT_TRUE(prepare(options).was_complete);
  options.command.push_back("--dedup=near");
  const std::string message = message_of<Error>([&] { prepare(options); });
  EXPECT_EQ(message, options.out +
                         ": holds a corpus prepared by another command ('slm prepare in.jsonl'): use --overwrite to "
                         "replace it, or another --out");
  EXPECT_EQ(files_of(options.out), before);
  options.overwrite = true;
  EXPECT_FALSE(prepare(options).was_complete);
}

TEST(Prepare, SkipsDocumentsOfWhichTheTokenizerMakesNothing) {
  const Corpus corpus({"hello world", "\u200b", "hello", "\u200b\u200b"});
  PrepareOptions options = corpus.options("out");
  options.tokenizer = text::parse_tokenizer(R"({"added_tokens": [], "normalizer": {"type": "BertNormalizer",
      "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
      "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null, "decoder": null, "model": {
      "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
      "vocab": {"[UNK]": 0, "hello": 1, "world": 2}}})",
                                            "tokenizer.json");
  options.val_fraction = 0;
  const PrepareResult result = prepare(options);
  EXPECT_EQ(result.index.total().documents, 2);
  EXPECT_EQ(result.index.total().tokens, 3);
  ASSERT_EQ(result.index.skipped.size(), 1u);
  EXPECT_EQ(result.index.skipped[0].reason, "documents of which the tokenizer makes no token");
  EXPECT_EQ(result.index.skipped[0].count, 2);
  EXPECT_EQ(open_prepared_corpus(options.out).train.size(), 3);
}

TEST(Prepare, ToOverwriteKeepsTheOldCorpusUntilTheNewHasSomethingToShow) {
  const Corpus corpus(documents(50));
  PrepareOptions options = corpus.options("out");
  prepare(options);
  const Files before = files_of(options.out);
  options.overwrite = true;
  options.command.push_back("--dedup=none");
  options.dedup = Dedup::kNone;
  PrepareOptions misspelt = options;
  misspelt.inputs = {corpus.folder / "on"};
  EXPECT_THROW(prepare(misspelt), Error);
  EXPECT_EQ(files_of(options.out), before);
  PrepareOptions empty = options;
  storage::make_folders(corpus.folder / "empty");
  storage::write_file(corpus.folder / "empty/a.jsonl", "\n", no_sync);
  empty.inputs = {corpus.folder / "empty"};
  EXPECT_THROW(prepare(empty), Error);
  EXPECT_EQ(files_of(options.out), before);
  const std::atomic<bool> stop = true;
  PrepareOptions stopped = options;
  stopped.stop = &stop;
  EXPECT_TRUE(prepare(stopped).is_interrupted);
  EXPECT_EQ(files_of(options.out), before);
  EXPECT_EQ(prepare(options).index.total().documents, 50);
}

TEST(Prepare, RefusesToReplaceFilesOfOthers) {
  const Corpus corpus(documents(50));
  PrepareOptions options = corpus.options("out");
  storage::make_folders(options.out);
  storage::write_file(options.out + "/notes.txt", "mine");
  storage::write_file(options.out + "/tokenizer.json", "mine");
  EXPECT_EQ(
      message_of<Error>([&] { prepare(options); }),
      options.out + ": has a file tokenizer.json that preparing would replace: use --overwrite, or another --out");
  EXPECT_EQ(files_of(options.out).size(), 2u);
  options.overwrite = true;
  prepare(options);
  EXPECT_EQ(storage::read_file(options.out + "/notes.txt"), "mine");
}

TEST(Prepare, RefusesASecondRunIntoTheSameFolder) {
  const Corpus corpus(documents(50));
  const PrepareOptions options = corpus.options("out");
  storage::make_folders(options.out);
  const storage::FolderLock other(options.out);
  EXPECT_NE(message_of<Error>([&] { prepare(options); }).find("another process is writing into this folder"),
            std::string::npos);
}

TEST(Prepare, LeavesNothingWhenThereIsNoText) {
  const Corpus corpus({""});
  corpus.write(0, "{\"body\": 1}\n[]\n");
  const PrepareOptions options = corpus.options("out");
  const std::string message = message_of<Error>([&] { prepare(options); });
  EXPECT_NE(
      message.find("there is no text in the inputs; passed over: 1 line that is not a JSON object, the first in "),
      std::string::npos)
      << message;
  EXPECT_NE(message.find("1000.jsonl"), std::string::npos) << message;
  EXPECT_FALSE(storage::exists(options.out));
}

TEST(Prepare, RefusesToValidateOnEverything) {
  const Corpus corpus(documents(3));
  PrepareOptions options = corpus.options("out");
  options.val_fraction = 0.9999999;
  EXPECT_EQ(message_of<Error>([&] { prepare(options); }),
            "all text (3 documents) was chosen for validation: use a smaller --val_fraction (it is 0.9999999), or 0 "
            "for none");
}

}  // namespace
}  // namespace slm::data
