#include "slm/text/bert_characters.h"

#include <algorithm>
#include <string>

#include "slm/text/normal_form.h"
#include "slm/text/normalizer.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Kind = BertCharacter::Kind;

BertCharacter make_character(char32_t c, const Normalizer& normalizer) {
  BertCharacter out;
  std::string alone;
  append_utf8(alone, c);
  AlignedText text = AlignedText::of_utf8(alone);
  normalizer.normalize(text);
  std::string_view rest = text.text();
  // An ideograph comes with a space on each side.
  const bool is_ideograph = rest.size() > 2 && rest.starts_with(' ') && rest.ends_with(' ');
  if (is_ideograph) rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return out;
  const Utf8Char first = read_utf8(rest, 0);
  if (static_cast<size_t>(first.length) == rest.size() && is_whitespace(first.code_point)) {
    out.kind = Kind::kSpace;
    return out;
  }
  size_t num_punctuation = 0;
  bool is_unusual = rest.size() > out.bytes.size();
  for (size_t at = 0; at < rest.size();) {
    const Utf8Char part = read_utf8(rest, at);
    at += static_cast<size_t>(part.length);
    ++out.num_characters;
    num_punctuation += has_flag(part.code_point, kPunctuation) ? 1 : 0;
    is_unusual |= is_whitespace(part.code_point) || combining_class(part.code_point) != 0;
  }
  const bool is_alone = is_ideograph || num_punctuation > 0;
  is_unusual |= is_alone && out.num_characters != 1;
  out.kind = is_unusual ? Kind::kUnusual : is_alone ? Kind::kAlone : Kind::kWord;
  if (is_unusual) return out;
  out.length = static_cast<uint8_t>(rest.size());
  std::copy(rest.begin(), rest.end(), out.bytes.begin());
  return out;
}

}  // namespace

std::unique_ptr<BertCharacters::Block> BertCharacters::make_block(char32_t first, const Normalizer& normalizer) {
  auto block = std::make_unique<Block>();
  for (char32_t i = 0; i < kBlock; ++i) {
    const char32_t c = first + i;
    const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (!is_surrogate) (*block)[i] = make_character(c, normalizer);
  }
  return block;
}

}  // namespace slm::text
