#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/data/corpus.h"
#include "slm/data/near_duplicates.h"
#include "slm/data/skip_counts.h"
#include "slm/data/token_source.h"
#include "slm/text/tokenizer.h"

namespace slm::data {

// What preparing makes of one CorpusBlock, whichever thread or process does it.
struct PreparedBlock {
  // A document, or a piece of a long one.
  struct Document {
    uint64_t hash = 0;  // content_hash of the text, of the document or of the piece
    int64_t bytes = 0;  // of the text
    int64_t num_tokens = 0;
    bool has_signature = false;
    bool is_start = true, is_end = true;
  };
  struct InputBytes {
    std::string path;  // the file, without a path inside of an archive
    int64_t bytes = 0;
  };

  int64_t index = 0;      // as owner, of the CorpusBlock
  int owner = 0;          // where that is another process, there is only this and the hash
  uint64_t raw_hash = 0;  // content_hash of the block before it was parsed; of a group's end the listing's hash
  std::vector<Document> documents;
  std::vector<std::byte> tokens;          // of all documents, uint16 or uint32, with the separators
  std::vector<NearSignature> signatures;  // of the documents that have one
  std::vector<NearMinima> minima;         // where there are signatures, of each piece of a long document
  std::vector<InputBytes> inputs;         // the text of each input, neighbours of one name together
  SkipCounts skips;
  int64_t special_tokens_in_text = 0;

  // As new, but for the memory.
  void clear();
};

uint64_t raw_hash(const CorpusBlock& block);

// As bytes, to be sent to another process of the same program.
std::string encode(const PreparedBlock& block);
// Throws Error when the bytes are cut off.
PreparedBlock decode_prepared_block(std::string_view bytes);

// Parses, encodes and hashes a block. Safe to call from several threads.
class BlockPreparer {
 public:
  struct Options {
    CorpusOptions corpus;
    bool special_in_text = true;
    bool with_signatures = false;
  };

  BlockPreparer(std::shared_ptr<const text::Tokenizer> tokenizer, Options options);

  // Overwrites `out`, whose memory is used again.
  void prepare(const CorpusBlock& block, PreparedBlock& out) const;

  TokenType token_type() const { return token_type_; }

 private:
  int64_t num_special(std::span<const int32_t> ids) const;
  void encode_document(const CorpusDocument& document, std::vector<int32_t>& ids) const;
  void append_separator(std::string_view text, std::vector<int32_t>& ids) const;

  std::shared_ptr<const text::Tokenizer> tokenizer_;
  Options options_;
  TokenType token_type_;
  std::vector<bool> is_special_;  // by id, without the unknown token, which text need not spell
  int32_t first_special_ = 0, last_special_ = -1;
};

}  // namespace slm::data
