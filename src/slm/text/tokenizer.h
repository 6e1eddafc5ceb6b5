#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/block_decoder.h"
#include "slm/text/block_encoder.h"
#include "slm/text/special_tokens.h"
#include "slm/text/text_frame.h"

namespace slm::text {

struct EncodeOptions {
  // Adds what the post-processor adds around a text: [CLS] ... [SEP], <s>, ...
  bool add_special_tokens = false;
  // Text that spells a special token becomes that token, as with Hugging Face; false: it is text like any other.
  bool special_in_text = true;
  // Applies the "truncation" and "padding" of the tokenizer.json, as Hugging Face does whenever a file has them.
  bool truncate_and_pad = false;
  // The text is a part of one: it gets nothing around it, and no other length, and comes once; text_frame() is what
  // then becomes of all the parts. Not together with add_special_tokens or truncate_and_pad.
  bool is_part = false;
  // Each token has the place that it has as the first of a text: TextFrame::places_first_apart.
  bool places_as_first = false;
  // So many bytes at the beginning only show what the text comes behind, and get no ids: the last character before a
  // place where allows_cut() is true. With them, the text is a part in any case.
  size_t num_before = 0;
};

struct DecodeOptions {
  bool skip_special_tokens = true;
  // Bytes that form no UTF-8 (only byte-level vocabularies can produce them): U+FFFD, or false: the bytes themselves,
  // so that decode(encode(x)) == x for any bytes x.
  bool replace_invalid_utf8 = false;
};

// Bytes [begin, end) of the text that was encoded. Tokens that the post-processor added have (0, 0).
struct TokenOffsets {
  int64_t begin;
  int64_t end;
  friend bool operator==(const TokenOffsets&, const TokenOffsets&) = default;
};

struct Encoding {
  std::vector<int32_t> ids;
  std::vector<TokenOffsets> offsets;  // as many as ids
};

// Text to token ids and back. Immutable once made; every method may be called from several threads at once.
//
// Text is UTF-8. Bytes that are not: byte-level vocabularies (kind "byte", and "BPE" with a ByteLevel pre-tokenizer and
// no normalizer) encode them as they are; all others see U+FFFD for each maximal ill-formed part, as Python's
// errors="replace" would give them.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // "BPE", "WordPiece", "WordLevel", "Unigram", or slm's own "char" and "byte".
  virtual std::string_view kind() const = 0;

  // One more than the largest id: the number of rows an embedding needs.
  virtual int32_t vocab_size() const = 0;

  // Appends the ids of `text`: the fast path. Throws Error when the text holds what the vocabulary cannot spell and
  // there is no unknown token: UnknownCharacterError from a character vocabulary.
  virtual void encode(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options = {}) const = 0;

  // Whether a text may be cut between these two, at a place of text_cut.h: the ids and places of both parts, encoded
  // with EncodeOptions::is_part and the second with num_before, are those of the whole without text_frame().
  virtual bool allows_cut(char32_t before, char32_t after) const = 0;

  // False where allows_cut() is of all.
  virtual bool is_cuttable() const = 0;

  // Encodes a text that comes in blocks. Null where the model needs all of a word.
  virtual std::unique_ptr<BlockEncoder> block_encoder(const BlockEncoderOptions& options) const = 0;

  virtual const TextFrame& text_frame() const = 0;

  // The same ids, with the place of each in `text`.
  virtual Encoding encode_with_offsets(std::string_view text, const EncodeOptions& options = {}) const = 0;

  // Ids that the vocabulary does not have are left out.
  virtual std::string decode(std::span<const int32_t> ids, const DecodeOptions& options = {}) const = 0;

  // Decodes ids that come in blocks, to bytes as they are. The tokenizer must outlive it. As it stands here, for
  // tokenizers that decode each id by itself.
  virtual std::unique_ptr<BlockDecoder> block_decoder(bool skip_special_tokens = true) const;

  // The token as the vocabulary spells it ("Ġthe", "##ing"); empty for an id that it does not have.
  virtual std::string id_to_token(int32_t id) const = 0;
  virtual std::optional<int32_t> token_to_id(std::string_view token) const = 0;

  // The bytes the token stands for inside a text: " the" for GPT-2's "Ġthe", "ing" for "##ing". Empty for special
  // tokens and unknown ids. What bits per byte and coloured output are computed from.
  virtual std::string token_bytes(int32_t id) const = 0;

  virtual bool is_special(int32_t id) const = 0;
  virtual const SpecialTokens& special_tokens() const = 0;

  // The content of the tokenizer.json that load_tokenizer and Hugging Face's Tokenizer.from_file give this tokenizer
  // from.
  virtual std::string to_json() const = 0;

  std::vector<int32_t> encode(std::string_view text, const EncodeOptions& options = {}) const {
    std::vector<int32_t> ids;
    encode(text, ids, options);
    return ids;
  }
};

// 256 tokens, whose ids are the values of the bytes. Knows every text and every other sequence of bytes.
std::shared_ptr<const Tokenizer> make_byte_tokenizer();

// One token per distinct Unicode character of `text`, in the order of code points. Encoding a character that `text` did
// not have throws an Error that names it; a part of the text that is not UTF-8 counts as the character U+FFFD, here and
// there.
std::shared_ptr<const Tokenizer> train_char_tokenizer(std::string_view text);

// A tokenizer.json; a vocab.txt of BERT; a vocab.json or merges.txt with the other beside it; a .tiktoken file; or a
// folder that holds one of these, in this order. A tokenizer_config.json or special_tokens_map.json beside it says
// which special token has which role; else their names do. Throws IoError or FormatError.
std::shared_ptr<const Tokenizer> load_tokenizer(const std::string& path);

// The same from the content of a tokenizer.json. `name` stands for the path in messages.
std::shared_ptr<const Tokenizer> parse_tokenizer(std::string_view content, const std::string& name);

}  // namespace slm::text
