#include "slm/text/bert_characters.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "slm/text/normal_form.h"
#include "slm/text/normalizer.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Kind = BertCharacterKind;

// `spelling` is set for words and what stands alone.
Kind classify(char32_t c, const Normalizer& normalizer, BertSpelling& spelling) {
  AlignedText text = AlignedText::of_utf8(utf8_of(c));
  normalizer.normalize(text);
  std::string_view rest = text.text();
  // An ideograph comes with a space on each side.
  const bool is_ideograph = rest.size() > 2 && rest.starts_with(' ') && rest.ends_with(' ');
  if (is_ideograph) rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return Kind::kNothing;
  const Utf8Char first = read_utf8(rest, 0);
  const bool is_one = static_cast<size_t>(first.length) == rest.size();
  if (is_one && is_whitespace(first.code_point)) return Kind::kSpace;
  bool has_punctuation = false, is_unusual = rest.size() > BertSpelling::kMaxBytes;
  for (size_t at = 0; at < rest.size();) {
    const Utf8Char part = read_utf8(rest, at);
    at += static_cast<size_t>(part.length);
    has_punctuation |= has_flag(part.code_point, kPunctuation);
    is_unusual |= is_whitespace(part.code_point) || combining_class(part.code_point) != 0;
  }
  const bool is_alone = is_ideograph || has_punctuation;
  if (is_unusual || (is_alone && !is_one)) return Kind::kUnusual;
  spelling.length = static_cast<uint8_t>(rest.size());
  std::copy(rest.begin(), rest.end(), spelling.bytes.begin());
  return is_alone ? Kind::kAlone : Kind::kWord;
}

}  // namespace

BertCharacters::BertCharacters(const Normalizer& normalizer) : normalizer_(normalizer), blocks_(kNumBlocks) {}

BertCharacters::~BertCharacters() {
  for (const auto& block : blocks_) delete block.load(std::memory_order_relaxed);
}

const BertCharacters::Block& BertCharacters::add_block(size_t index) const {
  auto block = std::make_unique<Block>();
  for (char32_t i = 0; i < kBlock; ++i) {
    const char32_t c = static_cast<char32_t>(index) * kBlock + i;
    const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
    block->kinds[i] = is_surrogate ? Kind::kNothing : classify(c, normalizer_, block->spellings[i]);
  }
  const Block* first = nullptr;  // of another thread that was faster
  const bool is_first = blocks_[index].compare_exchange_strong(first, block.get(), std::memory_order_acq_rel);
  return is_first ? *block.release() : *first;
}

}  // namespace slm::text
