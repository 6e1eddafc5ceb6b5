#include "slm/data/prepared_corpus.h"

#include <fmt/format.h>

#include <vector>

#include "slm/core/error.h"
#include "slm/data/document_starts.h"
#include "slm/data/token_shard.h"
#include "slm/data/tokenize.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "slm/storage/sha256.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxTokensWithText = int64_t{1} << 26;

std::shared_ptr<const text::Tokenizer> open_tokenizer(const std::string& folder, const PreparedIndex& index) {
  const std::string path = storage::join(folder, index.tokenizer.file);
  const std::string content = storage::read_file(path);
  const std::string sha256 = storage::sha256_of(content);
  if (sha256 != index.tokenizer.sha256) {
    throw FormatError(
        path, FormatError::kNoOffset,
        fmt::format("has the SHA-256 {:.12}..., but the tokens were made with {:.12}... (index.json): copy "
                    "the folder again, or prepare it anew",
                    sha256, index.tokenizer.sha256));
  }
  auto tokenizer = text::parse_tokenizer(content, path);
  if (tokenizer->vocab_size() != index.tokenizer.vocab_size) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("has {} tokens, index.json says {}: prepare the folder anew", tokenizer->vocab_size(),
                                  index.tokenizer.vocab_size));
  }
  return tokenizer;
}

TokenSource with_documents(const TokenSource& source, const std::string& folder, const PreparedIndex& index,
                           const std::shared_ptr<const DocumentStarts>& starts, Part part) {
  const std::span<const uint64_t> places = starts->of(part);
  const bool is_right = std::cmp_equal(places.size(), index.counts(part).documents) &&
                        (places.empty() ? source.size() == 0 : std::cmp_less(places.back(), source.size()));
  if (!is_right) {
    throw FormatError(
        storage::join(folder, index.documents.file), FormatError::kNoOffset,
        fmt::format("has {} {} documents{}, index.json counts {} in {} tokens: copy the folder again, or prepare it "
                    "anew",
                    places.size(), name(part),
                    places.empty() ? "" : fmt::format(", the last from token {} on", places.back()),
                    index.counts(part).documents, source.size()));
  }
  return source.with_document_starts(starts, places);
}

}  // namespace

TokenSource open_prepared_part(const std::string& folder, const PreparedIndex& index, Part part) {
  std::vector<TokenSource> shards;
  for (const PreparedIndex::Shard& shard : index.shards) {
    if (shard.part != part) continue;
    const std::string path = storage::join(folder, shard.file);
    shards.push_back(open_token_shard(path));
    if (shards.back().size() == shard.tokens) continue;
    throw FormatError(path, 8,
                      fmt::format("the shard has {} tokens, index.json counts {}: copy the folder again, or prepare it "
                                  "anew",
                                  shards.back().size(), shard.tokens));
  }
  const bool is_train = part == Part::kTrain;
  return TokenSource::concatenate(shards, is_train ? folder : folder + " (validation part)");
}

PreparedCorpus open_prepared_corpus(const std::string& folder) {
  PreparedCorpus corpus{.folder = folder,
                        .index = read_prepared_index(folder),
                        .tokenizer = nullptr,
                        .document_starts = nullptr,
                        .train = {},
                        .validation = {}};
  corpus.tokenizer = open_tokenizer(folder, corpus.index);
  corpus.document_starts =
      std::make_shared<const DocumentStarts>(open_document_starts(storage::join(folder, corpus.index.documents.file)));
  const auto open = [&](Part part) {
    return with_documents(open_prepared_part(folder, corpus.index, part), folder, corpus.index, corpus.document_starts,
                          part);
  };
  corpus.train = open(Part::kTrain);
  corpus.validation = open(Part::kVal);
  // What will be evaluated: a part for it, else some or all of the only one.
  const Part part = corpus.validation.size() > 0 ? Part::kVal : Part::kTrain;
  TokenSource& scored = part == Part::kVal ? corpus.validation : corpus.train;
  if (scored.size() <= kMaxTokensWithText) {
    const auto lengths = lengths_of_tokens(*corpus.tokenizer);
    // Without a separator token, a blank line is part of each document's tokens, but not of the index's bytes.
    scored = corpus.index.tokenizer.separator ? scored.with_text(corpus.index.counts(part).bytes, lengths)
                                              : scored.with_exact_text(lengths);
  }
  return corpus;
}

int64_t check_checksums(const std::string& folder, const PreparedIndex& index) {
  std::vector<PreparedIndex::File> files = {{index.tokenizer.file, index.tokenizer.sha256}, index.documents};
  if (index.tensor) files.push_back(*index.tensor);
  const auto check = [](const std::string& path, std::string_view kind, const std::string& got,
                        const std::string& want) {
    if (got == want) return;
    throw FormatError(
        path, FormatError::kNoOffset,
        fmt::format("has the {} {:.12}..., index.json says {:.12}...: it is damaged; copy the folder again, or "
                    "prepare it anew",
                    kind, got, want));
  };
  for (const PreparedIndex::File& file : files) {
    const std::string path = storage::join(folder, file.file);
    check(path, "SHA-256", storage::sha256_of_file(path), file.sha256);
  }
  for (const PreparedIndex::Shard& shard : index.shards) {
    const std::string path = storage::join(folder, shard.file);
    open_token_shard(path);  // its header
    check(path, "XXH64", hex_digits(hasher_of_tokens(path).hash()), shard.xxh64);
  }
  return std::ssize(files) + std::ssize(index.shards);
}

void check_same_tokenizer(const PreparedCorpus& corpus, const text::Tokenizer& tokenizer, const std::string& owner) {
  const std::string own = corpus.tokenizer->to_json(), other = tokenizer.to_json();
  if (own == other) return;
  throw Error(fmt::format(
      "{}: was prepared with another tokenizer ({}, {} tokens, SHA-256 {:.12}...) than {} ({}, {} tokens, {:.12}...): "
      "its ids mean something else; prepare the corpus with that tokenizer",
      corpus.folder, corpus.tokenizer->kind(), corpus.tokenizer->vocab_size(), storage::sha256_of(own), owner,
      tokenizer.kind(), tokenizer.vocab_size(), storage::sha256_of(other)));
}

}  // namespace slm::data
