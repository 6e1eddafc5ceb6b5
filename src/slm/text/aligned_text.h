#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/normal_form.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// A part of a text that a pattern found, or the part between two of them.
struct TextPart {
  size_t begin;
  size_t end;
  bool is_match;
};

// A text on its way through a tokenizer, together with the place in the original that each byte of it stands for.
class AlignedText {
 public:
  AlignedText() = default;

  // The text as it is.
  static AlignedText of_bytes(std::string_view original);
  // The same with U+FFFD for what is not UTF-8.
  static AlignedText of_utf8(std::string_view original);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // For each byte of text(): what it stands for.
  std::span<const TokenOffsets> places() const { return alignment_; }

  // Where in the original this part begins.
  int64_t original_begin() const { return original_begin_; }
  // The part of the original that bytes [begin, end) of the text stand for.
  TokenOffsets original_range(size_t begin, size_t end) const;

  // The first byte that stands for a place of the original from `place` on; the size of the text where none does.
  size_t first_from(int64_t place) const;

  AlignedText slice(size_t begin, size_t end) const;
  // Characters removed from the beginning no longer count as part of the original: as if slice() had taken all of it.
  void forget_removed_beginning();

  // Replaces the text. `num_removed` characters in front of the first are gone.
  void transform(std::span<const CharChange> changes, size_t num_removed = 0);

  void keep_if(const std::function<bool(char32_t)>& keep);
  void map(const std::function<char32_t(char32_t)>& change);
  // Nothing happens to an empty text.
  void prepend(std::string_view prefix);
  // Each match becomes `content`. `parts` cover the text.
  void replace(std::span<const TextPart> parts, std::string_view content);

 private:
  // transform() of the bytes [begin, end) only.
  void transform_range(size_t begin, size_t end, std::span<const CharChange> changes, size_t num_removed);

  std::string text_;
  std::vector<TokenOffsets> alignment_;  // for each byte of text_
  int64_t original_begin_ = 0;
};

}  // namespace slm::text
