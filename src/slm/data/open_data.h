#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "slm/data/corpus.h"
#include "slm/data/prepared_index.h"
#include "slm/data/source_mix.h"
#include "slm/data/token_source.h"
#include "slm/data/tokenize.h"
#include "slm/text/tokenizer.h"

namespace slm::data {

struct DataOptions {
  // "dummy", "stories", a folder that `slm prepare` wrote, a text file, a folder of text, a `.bin` token shard, a `.pt`
  // tensor of token ids, any other corpus that `slm prepare` takes, or several of these with or without weights:
  // "a:0.7,b:0.3".
  std::string data = "dummy";
  // What to validate on, the same kinds; empty: the validation part of a prepared folder, of others the end.
  std::string val_data = {};
  // The part of `data` to validate on when there is no val_data; 0 for none.
  double val_fraction = 0.1;
  // "char", "byte", or the path of a tokenizer.json or its folder; empty means text_tokenizer for text. Token ids need
  // none; the one they were made with says what they spell and where their documents end.
  std::string tokenizer = {};
  // What spells text where `tokenizer` is empty: the same kinds.
  std::string text_tokenizer = "char";
  // The tokenizer of a model that exists already; goes before `tokenizer`.
  std::shared_ptr<const text::Tokenizer> given_tokenizer = {};
  // Throws where text, or a prepared corpus, may not be spelled with a tokenizer, before anything else depends on it.
  std::function<void(const text::Tokenizer&)> check_tokenizer = {};
  // Ids that the model has. 0 means as many as the tokenizer has, where there is one; characters and bytes always mean
  // that.
  int64_t vocab_size = 0;
  // The same for token ids without a tokenizer, where vocab_size is 0.
  int64_t default_vocab_size = 0;
  int64_t max_seq_len = 128;
  uint64_t seed = 42;  // of dummy
  // Reads the tensor of a `.pt` file, which is a format of models that this layer does not know.
  std::function<TokenSource(const std::string& path)> open_tensor = {};
  Progress progress = {};

  // Other corpora and long text are prepared here once (prepare_on_demand.h). Without it the former are an error, and
  // all text is encoded in memory.
  std::string cache_dir = {};
  // What text is long: of characters and bytes, which are encoded in no time, what should not be held in memory.
  int64_t max_text_in_memory = int64_t{64} << 20;
  int64_t max_text_encoded_at_start = int64_t{1} << 20;
  // Called when `name` was prepared, with what was found in it.
  std::function<void(const std::string& name, const PreparedIndex& index)> prepared = {};
  CorpusOptions corpus = {};  // how they are read
  int num_threads = 1;        // that prepare them
};

struct Data {
  SourceMix train;
  SourceMix validation;                              // empty where there is none
  std::shared_ptr<const text::Tokenizer> tokenizer;  // null where the ids came without text
  int64_t vocab_size = 0;
};

// Everything `--data` takes, ready to train on. Throws what its parts throw; checks the lengths of all parts, and that
// all ids are below the vocabulary's size (in sources of more than 2^26 tokens, that is left to the batches).
Data open_data(const DataOptions& options);

// All of `data`, to evaluate on, without a split; of a prepared folder the validation part, where it has one. Not for
// options with val_data.
Data open_evaluation_data(const DataOptions& options);

}  // namespace slm::data
