#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "slm/text/bpe_model.h"
#include "slm/text/gpt_patterns.h"
#include "slm/text/normalizer.h"
#include "slm/text/word_cache.h"
#include "slm/text/wordpiece_model.h"

namespace slm::text {

// What an encoder remembers from one text to the next. One thread at a time.
struct EncoderMemory {
  // `words` must outlive it.
  explicit EncoderMemory(WordTable& words) : cache(words) {}

  WordCache cache;
  std::string spelled;  // what is normalized
};

// The ids of a text without added tokens for one widely used kind of pipeline: what the pipeline gives, in one pass and
// without objects on the way. Immutable; safe from several threads, each with its own memory.
class FastEncoder {
 public:
  virtual ~FastEncoder() = default;
  // False, and `ids` is as before, where the text has something that only the pipeline itself can do.
  virtual bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const = 0;
  // Whether a text may be cut as text_cut.h says.
  virtual bool is_cuttable() const = 0;
};

// BertNormalizer, BertPreTokenizer, WordPiece. `model` must outlive the encoder.
std::unique_ptr<FastEncoder> fast_bert_encoder(const BertNormalizerOptions& options, const WordPieceModel& model);

struct FastByteLevelOptions {
  GptPattern pattern;
  bool is_nfc = false;             // the text is normalized first
  bool adds_prefix_space = false;  // before a text that does not begin with a space
};

// A normalizer where there is one, a pattern, ByteLevel, BPE. Null where the model has not got a token for each byte,
// or options that this does not know. `model` must outlive the encoder.
std::unique_ptr<FastEncoder> fast_byte_level_encoder(const FastByteLevelOptions& options, const BpeModel& model);

}  // namespace slm::text
