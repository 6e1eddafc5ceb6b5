#include "slm/data/open_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/data_list.h"
#include "slm/data/dummy_tokens.h"
#include "slm/data/prepare_on_demand.h"
#include "slm/data/prepared_corpus.h"
#include "slm/data/split.h"
#include "slm/data/stories.h"
#include "slm/data/text_files.h"
#include "slm/data/token_shard.h"
#include "slm/storage/folder.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxTokensToScan = int64_t{1} << 26;

// Whether `name` has token ids, not text.
bool is_token_data(const std::string& name) {
  return name == "dummy" || name.ends_with(".bin") || name.ends_with(".pt");
}

bool is_address(const std::string& name) { return name.find("://") != std::string::npos; }

TokenSource open_tokens(const std::string& name, int64_t vocab_size, const DataOptions& options) {
  if (name == "dummy") {
    if (vocab_size > INT32_MAX) {
      throw UsageError(fmt::format("--vocab_size is {}, expected at most {}", vocab_size, INT32_MAX));
    }
    return dummy_tokens(options.seed, static_cast<int32_t>(vocab_size));
  }
  if (name.ends_with(".bin")) return open_token_shard(name);
  if (!options.open_tensor) throw UsageError(fmt::format("{}: .pt tensors cannot be read here", name));
  return options.open_tensor(name);
}

std::vector<TextDocument> open_documents(const std::string& name) {
  return name == "stories" ? story_documents({}) : open_text(name);
}

// One thing that was named, opened as far as is possible without a tokenizer.
struct Part {
  NamedData named;
  std::vector<TextDocument> documents;  // of text
  std::optional<PreparedCorpus> prepared = {};
  bool is_unprepared = false;

  bool is_text() const { return !documents.empty(); }
};

std::vector<Part> open_parts(const std::string& list, const std::string& flag) {
  std::vector<Part> parts;
  for (const NamedData& named : parse_data_list(list, flag)) {
    parts.push_back({.named = named, .documents = {}});
    if (is_token_data(named.name)) continue;
    if (named.name == "stories") {
      parts.back().documents = open_documents(named.name);
    } else if (!is_address(named.name) && is_prepared_folder(named.name)) {
      parts.back().prepared = open_prepared_corpus(named.name);
    } else if (needs_preparing(named.name)) {
      parts.back().is_unprepared = true;
    } else {
      parts.back().documents = open_documents(named.name);
    }
  }
  return parts;
}

// Null where there is neither text nor a tokenizer that was named. A character vocabulary needs all of the text.
std::shared_ptr<const text::Tokenizer> own_tokenizer(const DataOptions& options, const std::vector<Part>& parts) {
  std::vector<TextDocument> documents;
  bool has_separators = false, is_dummy_only = true, has_text = false;
  for (const Part& part : parts) {
    documents.insert(documents.end(), part.documents.begin(), part.documents.end());
    has_separators = has_separators || part.documents.size() > 1;
    is_dummy_only = is_dummy_only && part.named.name == "dummy";
    has_text = has_text || part.is_text() || part.is_unprepared;
  }
  const bool is_named = !options.tokenizer.empty();
  if (is_dummy_only || (!has_text && !is_named)) return nullptr;
  const std::string& name = is_named ? options.tokenizer : options.text_tokenizer;
  if (name == "char") return documents.empty() ? nullptr : train_char_tokenizer(documents, has_separators);
  if (name == "byte") return text::make_byte_tokenizer();
  if (!is_named && !storage::exists(name)) {
    throw Error(
        fmt::format("{}: text is spelled with the tokenizer '{}' here, which is no file or folder: put the folder "
                    "with its tokenizer.json there, or name another with --tokenizer",
                    options.data, name));
  }
  return text::load_tokenizer(name);
}

// That of a prepared corpus, with which other text is spelled as well; else the model's, else what the options say.
std::shared_ptr<const text::Tokenizer> tokenizer_for(const DataOptions& options, const std::vector<Part>& parts) {
  const PreparedCorpus* first = nullptr;
  for (const Part& part : parts) {
    if (!part.prepared) continue;
    if (first != nullptr) check_same_tokenizer(*part.prepared, *first->tokenizer, first->folder);
    if (first == nullptr) first = &*part.prepared;
  }
  if (first == nullptr) return options.given_tokenizer ? options.given_tokenizer : own_tokenizer(options, parts);
  const std::string& name = options.tokenizer;
  if (options.given_tokenizer) {
    check_same_tokenizer(*first, *options.given_tokenizer, "the model's");
  } else if (name == "char" || name == "byte") {
    if (first->tokenizer->kind() != name) {
      throw Error(fmt::format("{}: was prepared with a {} tokenizer, not with --tokenizer {}: leave that out",
                              first->folder, first->tokenizer->kind(), name));
    }
  } else if (!name.empty()) {
    check_same_tokenizer(*first, *text::load_tokenizer(name), fmt::format("--tokenizer {}", name));
  }
  return first->tokenizer;
}

// What has to be prepared needs a vocabulary that is known before its text is read.
void check_preparable(const DataOptions& options, const std::vector<Part>& parts) {
  const std::string& name = options.tokenizer.empty() ? options.text_tokenizer : options.tokenizer;
  const bool has_vocabulary =
      options.given_tokenizer || name != "char" ||
      std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.prepared.has_value(); });
  for (const Part& part : parts) {
    if (!part.is_unprepared || (has_vocabulary && !options.cache_dir.empty())) continue;
    throw Error(
        fmt::format("{}: has to be prepared first, which needs a vocabulary: set --tokenizer to the path of a "
                    "tokenizer or to byte, or run 'slm prepare'",
                    part.named.name));
  }
}

void prepare(Part& part, const std::shared_ptr<const text::Tokenizer>& tokenizer, double val_fraction,
             const DataOptions& options) {
  const std::string folder = prepare_on_demand(part.named.name, tokenizer,
                                               {.cache_dir = options.cache_dir,
                                                .corpus = options.corpus,
                                                .val_fraction = val_fraction,
                                                .num_threads = options.num_threads,
                                                .progress = options.progress});
  part.prepared = open_prepared_corpus(folder);
}

int64_t vocab_size_for(const DataOptions& options, const text::Tokenizer* tokenizer) {
  if (tokenizer == nullptr) {
    const int64_t size = options.vocab_size != 0 ? options.vocab_size : options.default_vocab_size;
    if (size >= 1) return size;
    throw UsageError(fmt::format("--vocab_size is {}, expected at least 1: '{}' has token ids but no tokenizer", size,
                                 options.data));
  }
  const int64_t needed = tokenizer->vocab_size();
  if (options.vocab_size != 0 && options.vocab_size < needed) {
    throw Error(
        fmt::format("{}: the {} tokenizer has {} tokens, more than --vocab_size {}: leave --vocab_size out, or set "
                    "it to at least {}",
                    options.data, tokenizer->kind(), needed, options.vocab_size, needed));
  }
  const bool sets_the_size = tokenizer->kind() == "char" || tokenizer->kind() == "byte";
  return sets_the_size ? needed : std::max(needed, options.vocab_size);
}

TokenSource open_source(const Part& part, const text::Tokenizer* tokenizer, int64_t vocab_size,
                        const DataOptions& options) {
  if (part.prepared) {
    if (part.prepared->train.size() <= kMaxTokensToScan) part.prepared->train.check_ids(vocab_size);
    return part.prepared->train;
  }
  TokenSource source = part.is_text() ? tokenize(part.documents, *tokenizer, part.named.name, options.progress)
                                      : open_tokens(part.named.name, vocab_size, options);
  if (source.size() <= kMaxTokensToScan) source.check_ids(vocab_size);
  if (source.knows_documents() || tokenizer == nullptr || part.named.name == "dummy") return source;
  const auto separator = tokenizer->special_tokens().document_separator();
  return separator ? source.with_document_separator(*separator) : source;
}

struct Sources {
  std::vector<MixedSource> train;       // what --data names, or the training part of a prepared corpus
  std::vector<MixedSource> validation;  // the validation parts of prepared corpora among them; empty sources otherwise
  std::vector<MixedSource> val_data;    // what --val_data names: of a prepared corpus, the validation part
  std::shared_ptr<const text::Tokenizer> tokenizer;
  int64_t vocab_size;
};

bool has_validation_part(const Part& part) { return part.prepared && part.prepared->validation.size() > 1; }

Sources open_sources(const DataOptions& options) {
  std::vector<Part> parts = open_parts(options.data, "--data");
  std::vector<Part> val_parts, all = parts;
  if (!options.val_data.empty()) val_parts = open_parts(options.val_data, "--val_data");
  all.insert(all.end(), val_parts.begin(), val_parts.end());

  check_preparable(options, all);
  Sources sources{
      .train = {}, .validation = {}, .val_data = {}, .tokenizer = tokenizer_for(options, all), .vocab_size = 0};
  sources.vocab_size = vocab_size_for(options, sources.tokenizer.get());
  for (Part& part : parts) {
    if (part.is_unprepared) prepare(part, sources.tokenizer, val_parts.empty() ? options.val_fraction : 0, options);
  }
  for (Part& part : val_parts) {
    if (part.is_unprepared) prepare(part, sources.tokenizer, 0, options);
  }
  const auto open = [&](const Part& part) {
    return open_source(part, sources.tokenizer.get(), sources.vocab_size, options);
  };
  for (const Part& part : parts) {
    const std::optional<double> weight = part.named.weight;
    sources.train.push_back({open(part), weight});
    sources.validation.push_back({has_validation_part(part) ? part.prepared->validation : TokenSource(), weight});
  }
  for (const Part& part : val_parts) {
    sources.val_data.push_back({has_validation_part(part) ? part.prepared->validation : open(part), part.named.weight});
  }
  return sources;
}

}  // namespace

Data open_data(const DataOptions& options) {
  const Sources sources = open_sources(options);
  std::vector<MixedSource> train, validation = sources.val_data;
  for (size_t i = 0; i < sources.train.size(); ++i) {
    const auto& [source, weight] = sources.train[i];
    const TokenSource& own_validation = sources.validation[i].source;
    if (!sources.val_data.empty() || own_validation.size() > 0) {
      check_trainable(source, options.max_seq_len);
      train.push_back({source, weight});
      if (sources.val_data.empty()) validation.push_back({own_validation, weight});
      continue;
    }
    const Split split = split_by_position(source, options.val_fraction, options.max_seq_len);
    train.push_back({split.train, weight});
    if (split.validation.size() > 0) validation.push_back({split.validation, weight});
  }
  for (const MixedSource& part : sources.val_data) check_scorable(part.source);
  return {.train = SourceMix(std::move(train)),
          .validation = SourceMix(std::move(validation)),
          .tokenizer = sources.tokenizer,
          .vocab_size = sources.vocab_size};
}

Data open_evaluation_data(const DataOptions& options) {
  DataOptions whole = options;
  whole.val_fraction = 0;
  const Sources sources = open_sources(whole);
  std::vector<MixedSource> parts;
  for (size_t i = 0; i < sources.train.size(); ++i) {
    parts.push_back(sources.validation[i].source.size() > 0 ? sources.validation[i] : sources.train[i]);
  }
  return {.train = {},
          .validation = SourceMix(std::move(parts)),
          .tokenizer = sources.tokenizer,
          .vocab_size = sources.vocab_size};
}

}  // namespace slm::data
