#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "slm/cli/held_tokens.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {

// Tokens of a text, or of a part of one.
struct TextTokens {
  std::span<const int32_t> ids;
  std::span<const text::TokenOffsets> offsets;  // in all that was encoded; empty unless wanted
  // The same of each as the first of its text, where that may differ; else empty.
  std::span<const text::TokenOffsets> offsets_as_first;
  bool is_end;  // the last of the text
};

// Makes the tokens of texts, one after the other, of those of their parts: what Tokenizer::encode() gives for the whole
// with the same options. Tokens are handed on as they come, unless only the end of the text shows what is before them
// (truncation and padding on the left) or the text comes several times: then they wait.
class TextAssembly {
 public:
  using Emit = std::function<void(const TextTokens& tokens)>;

  // `frame` must outlive it.
  TextAssembly(const text::TextFrame& frame, const text::EncodeOptions& encode, bool has_offsets, Emit emit);

  // The parts come with `is_end` where the text ends.
  void add(const TextTokens& part);
  // Whether the next part must come with offsets_as_first.
  bool needs_offsets_as_first() const {
    return has_offsets_ && frame_.places_first_apart && (num_taken_ == 0 || max_left_ != kNoLimit);
  }
  // What is left of the text changes nothing.
  bool is_full() const { return num_taken_ == max_right_; }

 private:
  static constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

  void emit(std::span<const int32_t> ids, std::span<const text::TokenOffsets> offsets) const;
  // What comes before the first, the second, ... text, and behind the last one.
  void emit_around(size_t place);
  void emit_without_place(std::span<const int32_t> ids);
  void emit_padding(bool is_left);
  void emit_held() const;
  void end_text();

  const text::TextFrame& frame_;
  Emit emit_;
  bool has_offsets_;
  bool adds_around_;
  bool pads_;
  size_t num_around_ = 0;        // tokens
  size_t max_right_ = kNoLimit;  // tokens of the text itself; those behind are left out
  size_t max_left_ = kNoLimit;   // those before the last so many are
  bool waits_ = false;           // for the end of the text
  bool is_begun_ = false;
  size_t num_taken_ = 0;  // tokens of the text, those that were left out later, too
  HeldTokens held_;
  HeldTokens held_as_first_;  // the same tokens, where truncation decides which is the first
};

}  // namespace slm::cli
