#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "slm/text/aligned_text.h"
#include "slm/text/json_fields.h"
#include "slm/text/pattern.h"

namespace slm::text {

// A part of a text that goes to the model by itself, or one that is an added token already.
struct Piece {
  AlignedText text;
  std::optional<int32_t> added_token;
};

// Cuts a text into the pieces that a model works on, one by one. Immutable; safe from several threads.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Pieces that are added tokens stay as they are.
  virtual void split(std::vector<Piece>& pieces) const = 0;
  // At the place between these two, where a word ends, from kApart on: each side is split as it would be without more
  // than the one character of the other side.
  virtual Locality locality(char32_t before, char32_t after) const = 0;
  bool is_local(char32_t before, char32_t after) const { return locality(before, after) != Locality::kNone; }
  // Whether the pieces have the characters of the text.
  virtual bool keeps_characters() const { return true; }
};

enum class PrependScheme { kAlways, kFirst, kNever };

std::unique_ptr<PreTokenizer> bert_pre_tokenizer();
struct ByteLevelOptions {
  bool add_prefix_space = true;
  bool use_regex = true;  // split by GPT-2's expression
};
std::unique_ptr<PreTokenizer> byte_level_pre_tokenizer(const ByteLevelOptions& options);
std::unique_ptr<PreTokenizer> metaspace_pre_tokenizer(char32_t replacement, PrependScheme scheme, bool splits);
std::unique_ptr<PreTokenizer> split_pre_tokenizer(std::unique_ptr<Pattern> pattern, SplitBehavior behavior,
                                                  bool invert);
// Splits at single characters.
std::unique_ptr<PreTokenizer> character_pre_tokenizer(std::function<bool(char32_t)> is_match, SplitBehavior behavior);
// Words and runs of anything else but white space.
std::unique_ptr<PreTokenizer> whitespace_pre_tokenizer();
std::unique_ptr<PreTokenizer> unicode_scripts_pre_tokenizer();
std::unique_ptr<PreTokenizer> fixed_length_pre_tokenizer(size_t num_characters);
std::unique_ptr<PreTokenizer> pre_tokenizer_sequence(std::vector<std::unique_ptr<PreTokenizer>> steps);

// The pre-tokenizer that an object of a tokenizer.json describes. Throws FormatError for one that slm does not know.
std::unique_ptr<PreTokenizer> parse_pre_tokenizer(const JsonFields& fields);

}  // namespace slm::text
