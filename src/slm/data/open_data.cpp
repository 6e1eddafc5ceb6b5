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
#include "slm/storage/address_name.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxTokensToScan = int64_t{1} << 26;

// Whether `name` has token ids, not text.
bool is_token_data(const std::string& name) {
  return name == "dummy" || name.ends_with(".bin") || name.ends_with(".pt");
}

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

// One thing that was named, opened as far as is possible without a tokenizer.
struct Part {
  NamedData named;
  std::vector<TextDocument> documents;  // of text; none of a large folder
  int64_t text_bytes = 0;
  std::optional<PreparedCorpus> prepared = {};
  bool is_unprepared = false;

  bool is_text() const { return text_bytes > 0; }
  bool is_large_folder() const { return is_text() && documents.empty(); }
};

void open_text(Part& part, const DataOptions& options) {
  const std::string& name = part.named.name;
  if (name == "stories") {
    part.documents = story_documents({});
  } else {
    const int64_t folder_bytes = storage::is_directory(name) ? size_of_text(name) : 0;
    if (folder_bytes > options.max_text_in_memory) {
      part.text_bytes = folder_bytes;
      return;
    }
    part.documents = data::open_text(name);
  }
  for (const TextDocument& document : part.documents) part.text_bytes += std::ssize(document.text);
}

std::vector<Part> open_parts(const std::string& list, const std::string& flag, const DataOptions& options) {
  std::vector<Part> parts;
  for (const NamedData& named : parse_data_list(list, flag)) {
    parts.push_back({.named = named, .documents = {}});
    if (is_token_data(named.name)) continue;
    if (named.name == "stories") {
      open_text(parts.back(), options);
    } else if (!storage::is_address(named.name) && is_prepared_folder(named.name)) {
      parts.back().prepared = open_prepared_corpus(named.name);
    } else if (needs_preparing(named.name)) {
      parts.back().is_unprepared = true;
    } else {
      open_text(parts.back(), options);
    }
  }
  return parts;
}

// A character vocabulary needs all of the text. Null where there is none.
std::shared_ptr<const text::Tokenizer> characters_of(const std::vector<Part>& parts, int64_t max_text_in_memory) {
  CharacterSet characters;
  bool has_text = false;
  for (const Part& part : parts) {
    if (!part.is_text()) continue;
    has_text = true;
    // What stands between documents, and in what is prepared behind each of them.
    if (part.documents.size() != 1 || part.text_bytes > max_text_in_memory) characters.add(U'\n');
    if (part.is_large_folder()) {
      for_each_text(part.named.name, [&](const TextDocument& document) { characters.add(document); });
    }
    for (const TextDocument& document : part.documents) characters.add(document);
  }
  return has_text ? characters.tokenizer() : nullptr;
}

// Null where there is neither text nor a tokenizer that was named.
std::shared_ptr<const text::Tokenizer> own_tokenizer(const DataOptions& options, const std::vector<Part>& parts) {
  const auto is_dummy = [](const Part& part) { return part.named.name == "dummy"; };
  const auto has_text = [](const Part& part) { return part.is_text() || part.is_unprepared; };
  const bool is_named = !options.tokenizer.empty();
  if (std::all_of(parts.begin(), parts.end(), is_dummy)) return nullptr;
  if (!is_named && std::none_of(parts.begin(), parts.end(), has_text)) return nullptr;
  const std::string& name = is_named ? options.tokenizer : options.text_tokenizer;
  if (name == "char") return characters_of(parts, options.max_text_in_memory);
  if (name == "byte") return text::make_byte_tokenizer();
  if (!is_named && !storage::exists(name)) {
    throw Error(
        fmt::format("{}: text is spelled with the tokenizer '{}' here, which is no file or folder: put the folder "
                    "with its tokenizer.json there, or name another with --tokenizer",
                    data_list_name(options.data), name));
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
                    storage::address_name(part.named.name)));
  }
}

// Whether text goes through the cache: where encoding it takes long, or its ids would fill the memory.
bool is_worth_preparing(const Part& part, const text::Tokenizer& tokenizer, const DataOptions& options) {
  if (options.cache_dir.empty()) return false;
  if (tokenizer.kind() == "byte" && part.documents.size() == 1) return false;  // the file is what is trained on
  const bool is_quick = tokenizer.kind() == "char" || tokenizer.kind() == "byte";
  return part.text_bytes > (is_quick ? options.max_text_in_memory : options.max_text_encoded_at_start);
}

// Text keeps all that it has, and is split by position whether it was prepared or not.
void prepare(Part& part, const std::shared_ptr<const text::Tokenizer>& tokenizer, double val_fraction,
             const DataOptions& options) {
  const std::string& name = part.named.name;
  PrepareOnDemandOptions of_cache{.cache_dir = options.cache_dir,
                                  .corpus = options.corpus,
                                  .val_fraction = part.is_text() ? 0 : val_fraction,
                                  .dedup = part.is_text() ? Dedup::kNone : Dedup::kExact,
                                  .num_threads = options.num_threads,
                                  .progress = options.progress};
  if (tokenizer->kind() == "char" && part.is_text()) of_cache.corpus.document_separator = "";
  if (options.prepared) {
    of_cache.prepared = [&](const PreparedIndex& index) { options.prepared(name, index); };
  }
  part.documents.clear();
  part.prepared = open_prepared_corpus(prepare_on_demand(name, tokenizer, of_cache));
}

int64_t vocab_size_for(const DataOptions& options, const text::Tokenizer* tokenizer) {
  if (tokenizer == nullptr) {
    const int64_t size = options.vocab_size != 0 ? options.vocab_size : options.default_vocab_size;
    if (size >= 1) return size;
    throw UsageError(fmt::format("--vocab_size is {}, expected at least 1: '{}' has token ids but no tokenizer", size,
                                 data_list_name(options.data)));
  }
  const int64_t needed = tokenizer->vocab_size();
  if (options.vocab_size != 0 && options.vocab_size < needed) {
    throw Error(
        fmt::format("{}: the {} tokenizer has {} tokens, more than --vocab_size {}: leave --vocab_size out, or set "
                    "it to at least {}",
                    data_list_name(options.data), tokenizer->kind(), needed, options.vocab_size, needed));
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
  const std::string& name = part.named.name;
  TokenSource source = part.is_large_folder() ? tokenize(data::open_text(name), *tokenizer, name, options.progress)
                       : part.is_text()       ? tokenize(part.documents, *tokenizer, name, options.progress)
                                              : open_tokens(name, vocab_size, options);
  if (source.size() <= kMaxTokensToScan) source.check_ids(vocab_size);
  if (source.knows_documents() || tokenizer == nullptr || name == "dummy") return source;
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
  std::vector<Part> parts = open_parts(options.data, "--data", options);
  std::vector<Part> val_parts, all = parts;
  if (!options.val_data.empty()) val_parts = open_parts(options.val_data, "--val_data", options);
  all.insert(all.end(), val_parts.begin(), val_parts.end());

  check_preparable(options, all);
  Sources sources{
      .train = {}, .validation = {}, .val_data = {}, .tokenizer = tokenizer_for(options, all), .vocab_size = 0};
  if (options.check_tokenizer && sources.tokenizer) options.check_tokenizer(*sources.tokenizer);
  sources.vocab_size = vocab_size_for(options, sources.tokenizer.get());
  all.clear();
  const auto prepare_all = [&](std::vector<Part>& of_flag, double val_fraction) {
    for (Part& part : of_flag) {
      const bool is_for_cache =
          part.is_unprepared || (part.is_text() && is_worth_preparing(part, *sources.tokenizer, options));
      if (is_for_cache) prepare(part, sources.tokenizer, val_fraction, options);
    }
  };
  prepare_all(parts, val_parts.empty() ? options.val_fraction : 0);
  prepare_all(val_parts, 0);
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
