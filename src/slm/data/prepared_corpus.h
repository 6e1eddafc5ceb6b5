#pragma once

#include <memory>
#include <string>

#include "slm/data/document_starts.h"
#include "slm/data/prepared_index.h"
#include "slm/data/token_source.h"
#include "slm/text/tokenizer.h"

namespace slm::data {

// A folder that `slm prepare` wrote, opened to train or evaluate on. Shards and document starts are mapped.
struct PreparedCorpus {
  std::string folder;
  PreparedIndex index;
  std::shared_ptr<const text::Tokenizer> tokenizer;  // the folder's copy
  std::shared_ptr<const DocumentStarts> document_starts;
  TokenSource train;       // both know their documents; empty where the part has no shard
  TokenSource validation;  // and their text, up to 2^26 tokens, where they are scored:
                           // validation, or train where there is no other
};

// Throws IoError or FormatError: for a shard whose header does not count the tokens that the index does, document
// starts that do not fit the parts, a tokenizer other than the one whose hash the index has. Reads the tokenizer and
// the document starts, of the shards only the headers.
PreparedCorpus open_prepared_corpus(const std::string& folder);

// The tokens of a part, over all its shards; empty where it has none. Throws as above for a shard.
TokenSource open_prepared_part(const std::string& folder, const PreparedIndex& index, Part part);

// Compares every file with the checksum that the index has of it, and returns their number. Reads all of them: 2 GB/s
// from memory. Throws IoError, and FormatError for the first that differs.
int64_t check_checksums(const std::string& folder, const PreparedIndex& index);

// Throws Error unless the corpus was prepared with `tokenizer`; `owner` says in the message whose that is: "the model's
// tokenizer".
void check_same_tokenizer(const PreparedCorpus& corpus, const text::Tokenizer& tokenizer, const std::string& owner);

}  // namespace slm::data
