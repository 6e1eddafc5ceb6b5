#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "data/prepared_folder.h"
#include "slm/data/prepare.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::files_of;
using test::ScratchFolder;
using test::texts_of;
using Texts = std::vector<std::string>;

// Texts of up to 60 kB that begin alike and repeat each other, shorter and longer than a piece.
Texts similar_texts(size_t count) {
  std::mt19937 random(11);
  Texts texts;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0 && random() % 2 == 0) {
      texts.push_back(texts[random() % i]);
      if (random() % 3 == 0) texts.back() += "x";
      if (random() % 3 == 0) texts.back().back() = 'y';
      continue;
    }
    const std::string line(2400, 'x');
    std::string text = "a";
    for (size_t k = random() % 24; k > 0; --k) text += random() % 4 == 0 ? "\nno" : line + "\nb";
    texts.push_back(text);
  }
  return texts;
}

// In four files, at other places in each.
PrepareOptions options_of(const ScratchFolder& folder, const Texts& texts) {
  storage::make_folders(folder / "in");
  for (size_t file = 0; file < 4; ++file) {
    std::string content;
    for (size_t i = file; i < texts.size(); i += 4) content += texts[i] + "\n<|endoftext|>\n";
    storage::write_file(folder / ("in/" + std::to_string(file) + ".txt"), content);
  }
  PrepareOptions options;
  options.inputs = {folder / "in"};
  options.corpus.block_bytes = 1;
  options.corpus.max_piece_bytes = 9000;
  options.tokenizer = text::make_byte_tokenizer();
  options.out = folder / "whole";
  options.val_fraction = 0;
  options.shard_tokens = 150000;
  options.command = {"slm", "prepare", "in"};
  options.calls = &test::no_sync;
  return options;
}

// The first of equal texts, in the order of the files.
Texts without_repetitions(const Texts& texts) {
  Texts kept;
  std::set<std::string> seen;
  for (size_t file = 0; file < 4; ++file) {
    for (size_t i = file; i < texts.size(); i += 4) {
      if (seen.insert(texts[i]).second) kept.push_back(texts[i]);
    }
  }
  return kept;
}

TEST(LongDocuments, AreKeptOnceHoweverTheyAreCut) {
  const ScratchFolder folder;
  const Texts texts = similar_texts(150), kept = without_repetitions(texts);
  ASSERT_LT(kept.size(), 120u);
  PrepareOptions options = options_of(folder, texts);
  for (const int64_t block_bytes : {1, 100000, 10000000}) {
    options.corpus.block_bytes = block_bytes;
    options.overwrite = true;
    const PreparedIndex index = prepare(options).index;
    EXPECT_EQ(texts_of(options.out, Part::kTrain), kept) << block_bytes;
    EXPECT_EQ(index.exact_duplicates.documents, std::ssize(texts) - std::ssize(kept));
    int64_t bytes = index.exact_duplicates.bytes + index.total().bytes;
    for (const std::string& text : texts) bytes -= std::ssize(text);
    EXPECT_EQ(bytes, 0);
  }
  options.dedup = Dedup::kNone;
  EXPECT_EQ(prepare(options).index.total().documents, std::ssize(texts));
}

TEST(LongDocuments, OfAnotherFormatAreTheSame) {
  const ScratchFolder folder;
  const Texts texts = similar_texts(100);
  PrepareOptions options = options_of(folder, texts);
  std::string lines;
  for (const std::string& text : texts) lines += nlohmann::json{{"text", text}}.dump() + "\n";
  storage::write_file(folder / "in/4.jsonl", lines);
  const PreparedIndex index = prepare(options).index;
  EXPECT_EQ(texts_of(options.out, Part::kTrain), without_repetitions(texts));
  EXPECT_EQ(index.exact_duplicates.documents, 2 * std::ssize(texts) - index.total().documents);
}

TEST(LongDocuments, AreCutByMaxTokensWhereOthersAre) {
  const ScratchFolder folder;
  const Texts texts = similar_texts(100);
  PrepareOptions options = options_of(folder, texts);
  std::string all;
  for (const std::string& text : without_repetitions(texts)) all += text + "\n\n";
  options.overwrite = true;
  options.shard_tokens = 10000000;
  for (int64_t max_tokens = 500; max_tokens < 700000; max_tokens += 38111) {
    options.max_tokens = max_tokens;
    EXPECT_EQ(prepare(options).index.counts(Part::kTrain).tokens, max_tokens);
    const TokenSource shard = open_token_shard(options.out + "/train-00000.bin");
    for (int64_t at = 0; at < shard.size(); ++at) ASSERT_EQ(shard[at], all[static_cast<size_t>(at)]) << at;
  }
}

// Lines of random words; `share` of them as in the text of the same seed with all of them.
std::string words_of(unsigned seed, size_t num_lines, double share) {
  std::mt19937 random(seed), others(seed + 1000);
  std::string text;
  for (size_t line = 0; line < num_lines; ++line) {
    const bool is_other = static_cast<double>(line) >= share * static_cast<double>(num_lines);
    for (int i = 0; i < 8; ++i) {
      const auto word = random();
      text += std::to_string(is_other ? others() : word) + " ";
    }
    text.back() = '\n';
  }
  return text;
}

TEST(LongDocuments, ThatAreSimilarToAnEarlierOneAreLeftOutOnRequest) {
  const ScratchFolder folder;
  // 600 lines are about 50 kB, six pieces. Of two texts with the part s of their lines in common, the similarity is
  // s / (2 - s) and a little more: 0.94 and 0.54.
  const Texts texts = {words_of(1, 600, 1),     "short",
                       words_of(2, 600, 1),     words_of(1, 600, 0.97),
                       words_of(1, 600, 0.7),   words_of(2, 600, 1),
                       words_of(3, 20, 1),      words_of(2, 600, 0.97),
                       std::string(30000, 'z'), std::string(30000, 'z')};
  PrepareOptions options = options_of(folder, {});
  std::string all;
  for (const std::string& text : texts) all += text + "\n<|endoftext|>\n";
  storage::write_file(folder / "in/all.txt", all);
  options.dedup = Dedup::kNear;
  options.overwrite = true;
  Texts kept;
  for (const size_t i : {0, 1, 2, 4, 6, 8}) {
    kept.push_back(texts[i]);
    if (kept.back().ends_with('\n')) kept.back().pop_back();
  }
  for (const int64_t block_bytes : {1, 10000000}) {
    options.corpus.block_bytes = block_bytes;
    const PreparedIndex index = prepare(options).index;
    EXPECT_EQ(texts_of(options.out, Part::kTrain), kept) << block_bytes;
    EXPECT_EQ(index.near_duplicates.documents, 2);
    EXPECT_EQ(index.near_duplicates.bytes, std::ssize(texts[3]) + std::ssize(texts[7]));
    EXPECT_EQ(index.exact_duplicates.documents, 2);
  }
}

TEST(LongDocuments, AreGoneOnWithWhereverTheRunWasStopped) {
  for (const Dedup dedup : {Dedup::kExact, Dedup::kNear}) {
    const ScratchFolder folder;
    PrepareOptions options = options_of(folder, similar_texts(150));
    options.dedup = dedup;
    prepare(options);
    const test::Files expected = files_of(options.out);
    options.out = folder / "out";
    std::atomic<bool> stop = false;
    options.stop = &stop;
    int num_stops = 0, step = 0;
    // Each run reads again what the one before has done, and goes on a little.
    options.progress = [&](const PrepareProgress&) { stop = ++step >= 3 * num_stops + 2; };
    while (stop = false, step = 0, prepare(options).is_interrupted) ++num_stops;
    EXPECT_GT(num_stops, 20);
    EXPECT_EQ(files_of(options.out), expected);
  }
}

}  // namespace
}  // namespace slm::data
