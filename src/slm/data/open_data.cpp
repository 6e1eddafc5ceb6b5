#include "slm/data/open_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/dummy_tokens.h"
#include "slm/data/split.h"
#include "slm/data/stories.h"
#include "slm/data/text_files.h"
#include "slm/data/token_shard.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxTokensToScan = int64_t{1} << 26;

TokenSource open_tokens(const std::string& data, const DataOptions& options) {
  if (data == "dummy") {
    if (options.vocab_size > INT32_MAX) {
      throw UsageError(fmt::format("--vocab_size is {}, expected at most {}", options.vocab_size, INT32_MAX));
    }
    return dummy_tokens(options.seed, static_cast<int32_t>(options.vocab_size));
  }
  if (data.ends_with(".bin")) return open_token_shard(data);
  if (!options.open_tensor) throw UsageError(fmt::format("{}: .pt tensors cannot be read here", data));
  return options.open_tensor(data);
}

std::vector<TextDocument> open_documents(const std::string& data) {
  if (data == "stories") return {document_of(make_stories({}), "stories")};
  return open_text(data);
}

std::shared_ptr<const text::Tokenizer> tokenizer_for(const DataOptions& options,
                                                     const std::vector<TextDocument>& documents, bool has_separators) {
  if (options.given_tokenizer) return options.given_tokenizer;
  if (options.tokenizer.empty() || options.tokenizer == "char") return train_char_tokenizer(documents, has_separators);
  if (options.tokenizer == "byte") return text::make_byte_tokenizer();
  return text::load_tokenizer(options.tokenizer);
}

int64_t vocab_size_for(const DataOptions& options, const text::Tokenizer& tokenizer) {
  const int64_t needed = tokenizer.vocab_size();
  if (options.vocab_size != 0 && options.vocab_size < needed) {
    throw Error(
        fmt::format("{}: the {} tokenizer has {} tokens, more than --vocab_size {}: leave --vocab_size out, or set "
                    "it to at least {}",
                    options.data, tokenizer.kind(), needed, options.vocab_size, needed));
  }
  const bool sets_the_size = tokenizer.kind() == "char" || tokenizer.kind() == "byte";
  return sets_the_size ? needed : std::max(needed, options.vocab_size);
}

struct Sources {
  TokenSource data;
  std::optional<TokenSource> val_data;
  std::shared_ptr<const text::Tokenizer> tokenizer;
  int64_t vocab_size;
};

// Text is opened before its tokenizer is made: a character vocabulary needs all of it.
Sources open_sources(const DataOptions& options) {
  const bool has_val_data = !options.val_data.empty();
  const bool data_is_tokens = is_token_data(options.data);
  const bool val_is_tokens = has_val_data && is_token_data(options.val_data);
  std::vector<TextDocument> documents, val_documents;
  if (!data_is_tokens) documents = open_documents(options.data);
  if (has_val_data && !val_is_tokens) val_documents = open_documents(options.val_data);

  Sources sources{{}, {}, nullptr, options.vocab_size};
  if (!documents.empty() || !val_documents.empty()) {
    std::vector<TextDocument> all = documents;
    all.insert(all.end(), val_documents.begin(), val_documents.end());
    const bool has_separators = documents.size() > 1 || val_documents.size() > 1;
    sources.tokenizer = tokenizer_for(options, all, has_separators);
    sources.vocab_size = vocab_size_for(options, *sources.tokenizer);
  } else if (options.vocab_size < 1) {
    throw UsageError(fmt::format("--vocab_size is {}, expected at least 1: '{}' has token ids but no tokenizer",
                                 options.vocab_size, options.data));
  }
  const auto open = [&](const std::string& name, const std::vector<TextDocument>& texts) {
    if (texts.empty()) return open_tokens(name, options);
    return tokenize(texts, *sources.tokenizer, name, options.progress);
  };
  sources.data = open(options.data, documents);
  if (has_val_data) sources.val_data = open(options.val_data, val_documents);
  for (const TokenSource& source : {sources.data, sources.val_data.value_or(TokenSource())}) {
    if (source.size() <= kMaxTokensToScan) source.check_ids(sources.vocab_size);
  }
  return sources;
}

}  // namespace

bool is_token_data(const std::string& data) {
  return data == "dummy" || data.ends_with(".bin") || data.ends_with(".pt");
}

Data open_data(const DataOptions& options) {
  const Sources sources = open_sources(options);
  Split split;
  if (sources.val_data) {
    split = {sources.data, *sources.val_data};
    check_parts(split, options.max_seq_len);
  } else {
    split = split_by_position(sources.data, options.val_fraction, options.max_seq_len);
  }
  return {split.train, split.validation, sources.tokenizer, sources.vocab_size};
}

Data open_evaluation_data(const DataOptions& options) {
  const Sources sources = open_sources(options);
  return {{}, sources.data, sources.tokenizer, sources.vocab_size};
}

}  // namespace slm::data
