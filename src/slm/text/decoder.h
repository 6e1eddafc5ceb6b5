#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/json_fields.h"
#include "slm/text/pattern.h"

namespace slm::text {

// One step on the way from the tokens of a text to the text: takes them one after the other, and hands on what no
// later token changes. One text at a time.
class DecoderStep {
 public:
  virtual ~DecoderStep() = default;
  // A token may come in parts.
  virtual void put(std::string_view part) = 0;
  virtual void end_token() = 0;
  // After the last token; the step is then as new.
  virtual void finish() = 0;
};

// Turns the tokens of a text back into pieces that, joined, are the text. Immutable; safe from several threads.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // A step that hands on to `next`. The decoder and `next` must outlive it.
  virtual std::unique_ptr<DecoderStep> start(DecoderStep& next) const = 0;
};

// Joins the tokens and reads the characters of byte_level_alphabet() as bytes; what comes out may not be UTF-8.
std::unique_ptr<Decoder> byte_level_decoder();
// Bytes written as <0xE2> become characters where they form some, else U+FFFD each.
std::unique_ptr<Decoder> byte_fallback_decoder();
// `cleanup` takes away the spaces before punctuation and contractions.
std::unique_ptr<Decoder> wordpiece_decoder(std::string prefix, bool cleanup);
std::unique_ptr<Decoder> metaspace_decoder(char32_t replacement, bool strips_first);
std::unique_ptr<Decoder> bpe_decoder(std::string suffix);
struct CtcOptions {
  std::string pad_token;
  std::string word_delimiter_token;
  bool cleanup = true;
};
std::unique_ptr<Decoder> ctc_decoder(CtcOptions options);
// All tokens become one. Steps behind it that need whole tokens wait for the end of the text.
std::unique_ptr<Decoder> fuse_decoder();
// Puts a space between any two tokens.
std::unique_ptr<Decoder> spaced_decoder();
// Removes up to `start` of the character at the beginning of each token, up to `stop` at its end.
std::unique_ptr<Decoder> strip_decoder(char32_t content, size_t start, size_t stop);
std::unique_ptr<Decoder> replace_decoder(std::unique_ptr<Pattern> pattern, std::string content);
std::unique_ptr<Decoder> decoder_sequence(std::vector<std::unique_ptr<Decoder>> steps);

// The decoder that an object of a tokenizer.json describes. Throws FormatError for one that slm does not know.
std::unique_ptr<Decoder> parse_decoder(const JsonFields& fields);

// The byte that a token like "<0xE2>" names.
std::optional<char> named_byte(std::string_view token);

// The bytes that a token of a byte-level vocabulary stands for; a token with other characters stands for itself.
std::string byte_level_bytes(std::string_view token);

}  // namespace slm::text
