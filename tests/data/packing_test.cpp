#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "slm/core/error.h"
#include "slm/core/philox.h"
#include "slm/data/evaluation_windows.h"
#include "slm/data/loader.h"
#include "slm/data/windows.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;

// Token i is i, and document_of[i] says whose it is: what a batch must hold follows from the number of the token.
struct Corpus {
  TokenSource source;
  std::vector<int> document_of;
};

// Documents of 1 to `max_length` tokens.
Corpus random_corpus(int64_t num_tokens, uint32_t max_length) {
  Corpus corpus;
  const auto starts = std::make_shared<std::vector<uint64_t>>();
  const RandomStream random{.seed = max_length, .stream = 1, .step = 0};
  for (int document = 0; std::ssize(corpus.document_of) < num_tokens; ++document) {
    starts->push_back(corpus.document_of.size());
    const uint32_t length = 1 + random.word(static_cast<uint64_t>(document)) % max_length;
    corpus.document_of.insert(corpus.document_of.end(), length, document);
  }
  corpus.document_of.resize(static_cast<size_t>(num_tokens));
  std::vector<int32_t> ids(static_cast<size_t>(num_tokens));
  std::iota(ids.begin(), ids.end(), 0);
  corpus.source = TokenSource(std::move(ids), "numbers").with_document_starts(starts, *starts);
  return corpus;
}

// Checks every element of a batch of whole or padded windows; returns the targets that are scored.
std::vector<int32_t> scored_targets(const Batch& batch, const std::vector<int>& document_of) {
  std::vector<int32_t> scored;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto at = [&](const std::vector<int32_t>& of, int64_t t) {
      return of[static_cast<size_t>(row * batch.seq_len + t)];
    };
    const int32_t first = at(batch.tokens, 0);
    const auto has = [&](int64_t token) { return token < std::ssize(document_of); };
    const auto document = [&](int64_t token) { return document_of[static_cast<size_t>(token)]; };
    for (int64_t t = 0; t < batch.seq_len; ++t) {
      const int64_t token = first + t;
      if (!has(token + 1)) {  // the last token, which nothing follows, is not among the inputs
        EXPECT_EQ(at(batch.tokens, t), 0);
        EXPECT_EQ(at(batch.targets, t), kIgnoredTarget);
        EXPECT_LE(at(batch.first_columns, t), t);
        continue;
      }
      EXPECT_EQ(at(batch.tokens, t), token);
      const bool is_inside = document(token) == document(token + 1);
      EXPECT_EQ(at(batch.targets, t), is_inside ? token + 1 : kIgnoredTarget);
      if (is_inside) scored.push_back(at(batch.targets, t));
      int64_t first_column = t;
      while (first_column > 0 && document(first + first_column - 1) == document(token)) --first_column;
      EXPECT_EQ(at(batch.first_columns, t), first_column);
    }
  }
  EXPECT_EQ(std::ssize(scored), batch.num_targets);
  return scored;
}

TEST(Packing, KeepsDocumentsApartInEveryWindow) {
  for (const uint32_t max_length : {1u, 4u, 17u, 100u}) {
    const Corpus corpus = random_corpus(1000, max_length);
    const int64_t num_rows = 9 * 11;
    int64_t num_scored = 0;
    Loader loader(corpus.source, {.seq_len = 10, .batch_size = 9, .vocab_size = 1000, .packing = Packing::kDocuments});
    for (int64_t row = 0; row < num_rows;) {
      const Batch batch = loader.next();
      EXPECT_EQ(batch.global_num_targets, batch.num_targets);
      num_scored += std::ssize(scored_targets(batch, corpus.document_of));
      row += batch.num_rows;
    }
    int64_t want = 0;
    for (size_t i = 1; i < 991; ++i) want += corpus.document_of[i] == corpus.document_of[i - 1];
    EXPECT_EQ(num_scored, want);
  }
}

TEST(Packing, EvaluationScoresEachTokenButTheFirstOfItsDocumentOnce) {
  const Corpus corpus = random_corpus(203, 12);
  const EvaluationWindows windows(corpus.source,
                                  {.seq_len = 10, .batch_size = 4, .vocab_size = 203, .packing = Packing::kDocuments});
  std::vector<int32_t> scored, want;
  int64_t num_targets = 0;
  for (int64_t b = 0; b < windows.num_batches(); ++b) {
    const Batch batch = windows.batch(b);
    num_targets += batch.global_num_targets;
    for (const int32_t target : scored_targets(batch, corpus.document_of)) scored.push_back(target);
  }
  for (size_t i = 1; i < 203; ++i) {
    if (corpus.document_of[i] == corpus.document_of[i - 1]) want.push_back(static_cast<int32_t>(i));
  }
  EXPECT_EQ(scored, want);
  EXPECT_EQ(num_targets, std::ssize(want));
  EXPECT_EQ(windows.num_targets(), std::ssize(want));
}

TEST(Packing, CountsTheBytesOfTheTargetsThatAreScored) {
  const auto starts = std::make_shared<std::vector<uint64_t>>(std::vector<uint64_t>{0, 2});
  const auto lengths = std::make_shared<const std::vector<int32_t>>(std::vector<int32_t>{1, 10, 100, 1000});
  const TokenSource source =
      TokenSource(std::vector<uint8_t>{0, 1, 2, 3}, "x").with_text(1111, lengths).with_document_starts(starts, *starts);
  EXPECT_EQ(EvaluationWindows(source, {.vocab_size = 4, .packing = Packing::kDocuments}).target_bytes(), 1010);
  EXPECT_EQ(EvaluationWindows(source, {.vocab_size = 4}).target_bytes(), 1110);
}

TEST(Packing, RanksAgreeOnTheTargetsOfABatch) {
  const Corpus corpus = random_corpus(345, 6);
  LoaderOptions options{.seq_len = 10, .batch_size = 8, .vocab_size = 345, .packing = Packing::kDocuments};
  Loader whole(corpus.source, options);
  for (int i = 0; i < 6; ++i) {
    const LoaderPosition position = whole.position();
    const Batch batch = whole.next();
    std::vector<int32_t> first_columns;
    int64_t num_targets = 0;
    for (int64_t rank = 0; rank < 3; ++rank) {
      options.rank = {rank, 3};
      const Batch part = Loader(corpus.source, options, position).next();
      EXPECT_EQ(part.global_num_targets, batch.num_targets);
      num_targets += part.num_targets;
      first_columns.insert(first_columns.end(), part.first_columns.begin(), part.first_columns.end());
    }
    EXPECT_EQ(num_targets, batch.num_targets);
    EXPECT_EQ(first_columns, batch.first_columns);
  }
}

TEST(Packing, DocumentsEndWithTheSeparator) {
  std::vector<uint16_t> ids(10000, 5);
  std::vector<int64_t> want;
  for (const size_t at : {0, 1, 7, 4095, 4096, 9998, 9999}) {
    ids[at] = 9;
    if (at + 1 < ids.size()) want.push_back(static_cast<int64_t>(at) + 1);
  }
  const TokenSource source = TokenSource(ids, "x").with_document_separator(9);
  EXPECT_EQ(source.document_starts_between(0, 10000), want);
  EXPECT_EQ(source.document_starts_between(1, 8), (std::vector<int64_t>{2}));
  EXPECT_EQ(source.document_starts_between(1, 9), (std::vector<int64_t>{2, 8}));
  EXPECT_EQ(source.slice(4000, 5000).document_starts_between(0, 1000), (std::vector<int64_t>{96, 97}));
}

TEST(Packing, SlicesKeepTheirDocuments) {
  const auto starts = std::make_shared<std::vector<uint64_t>>(std::vector<uint64_t>{0, 3, 4, 8});
  const TokenSource source = TokenSource(std::vector<uint16_t>(12), "x").with_document_starts(starts, *starts);
  EXPECT_EQ(source.document_starts_between(0, 12), (std::vector<int64_t>{3, 4, 8}));
  EXPECT_EQ(source.document_starts_between(3, 8), (std::vector<int64_t>{4}));
  EXPECT_EQ(source.slice(2, 10).slice(1, 8).document_starts_between(0, 7), (std::vector<int64_t>{1, 5}));
  const TokenSource parts[] = {source};
  EXPECT_FALSE(TokenSource::concatenate(parts, "y").knows_documents());
}

TEST(Packing, PlacesOfADamagedListLeadNowhereElse) {
  const auto starts =
      std::make_shared<std::vector<uint64_t>>(std::vector<uint64_t>{5, 5, 2, 7, 6, 8, uint64_t{1} << 63, ~uint64_t{0}});
  const TokenSource source = TokenSource(std::vector<uint16_t>(12), "x").with_document_starts(starts, *starts);
  for (int64_t begin = 0; begin < 12; ++begin) {
    for (int64_t end = begin; end <= 12; ++end) {
      const auto found = source.document_starts_between(begin, end);
      EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
      EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
      for (const int64_t start : found) EXPECT_TRUE(begin < start && start < end);
    }
  }
}

TEST(Packing, RefusesASourceWhoseDocumentsAreNotKnown) {
  const TokenSource source(std::vector<uint16_t>(100), "t.bin");
  const char* message =
      "t.bin: nothing says where documents begin, which --packing documents needs: name the --tokenizer whose "
      "separator token ends them, take the output of 'slm prepare', or use --packing stream";
  EXPECT_EQ(message_of<Error>([&] { Loader(source, {.seq_len = 8, .vocab_size = 5, .packing = Packing::kDocuments}); }),
            message);
  EXPECT_EQ(message_of<Error>([&] { EvaluationWindows(source, {.vocab_size = 5, .packing = Packing::kDocuments}); }),
            message);
  EXPECT_EQ(message_of<UsageError>([] { parse_packing("best-fit"); }),
            "--packing is 'best-fit', expected stream or documents");
}

TEST(Packing, RefusesToEvaluateOnDocumentsOfOneTokenEach) {
  const TokenSource source = TokenSource(std::vector<uint16_t>(5, 1), "x").with_document_separator(1);
  EXPECT_EQ(message_of<Error>([&] { EvaluationWindows(source, {.vocab_size = 5, .packing = Packing::kDocuments}); }),
            "x: each of its 5 documents is one token, so that --packing documents leaves nothing to predict; use "
            "--packing stream");
}

}  // namespace
}  // namespace slm::data
