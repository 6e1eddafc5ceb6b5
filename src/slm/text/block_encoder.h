#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace slm::text {

struct Encoding;
class Tokenizer;

struct BlockEncoderOptions {
  // What the text comes behind, as EncodeOptions::num_before has it: the last character before a place where the
  // tokenizer allows a cut. Places of tokens count from its beginning.
  std::string before;
  bool special_in_text = true;            // as EncodeOptions
  bool has_offsets = true;                // false: only ids are wanted
  bool places_as_first = false;           // as EncodeOptions
  size_t window_bytes = size_t{1} << 16;  // so much text is looked at at once
};

// Encodes one text that comes in blocks of any size, in memory that does not grow with it, where nothing of text_cut.h
// allows to cut it for long: words without end, runs of digits, of white space. What push() and finish() append is,
// joined, what Tokenizer::encode_with_offsets() gives for the whole text with EncodeOptions::is_part. Comes from
// Tokenizer::block_encoder(). The tokenizer must outlive it.
//
// Where it finds no place to stop at, it keeps the text until it does.
class BlockEncoder {
 public:
  virtual ~BlockEncoder() = default;

  // Appends the tokens that nothing that follows changes. A block may end inside a character. Throws Error as
  // Tokenizer::encode() does.
  virtual void push(std::string_view block, Encoding& tokens) = 0;
  // Appends the rest. Nothing may be pushed behind it.
  virtual void finish(Encoding& tokens) = 0;
};

// For a tokenizer that encodes each character by itself.
std::unique_ptr<BlockEncoder> character_block_encoder(const Tokenizer& tokenizer, const BlockEncoderOptions& options);

}  // namespace slm::text
