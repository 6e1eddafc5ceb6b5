#pragma once

#include <memory>
#include <string>
#include <vector>

#include "slm/text/aligned_text.h"
#include "slm/text/normal_form.h"
#include "slm/text/pattern.h"

namespace slm::text {

// Changes a text before it is split: lower case, normal forms, ... Immutable; safe from several threads.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void normalize(AlignedText& text) const = 0;
  // Whether each side of the place between these two, where a word ends, becomes what it would without more than the
  // one character of the other side.
  virtual bool is_local(char32_t before, char32_t after) const = 0;
};

struct BertNormalizerOptions {
  bool clean_text = true;            // control characters go, white space becomes a space
  bool handle_chinese_chars = true;  // a space on both sides of each ideograph
  bool strip_accents = true;
  bool lowercase = true;
};
std::unique_ptr<Normalizer> bert_normalizer(const BertNormalizerOptions& options);

std::unique_ptr<Normalizer> normal_form_normalizer(NormalForm form);
std::unique_ptr<Normalizer> lowercase_normalizer();
std::unique_ptr<Normalizer> strip_accents_normalizer();
// Without white space at the beginning, at the end.
std::unique_ptr<Normalizer> strip_normalizer(bool strip_left, bool strip_right);
// SentencePiece's treatment of control characters and spaces.
std::unique_ptr<Normalizer> nmt_normalizer();
std::unique_ptr<Normalizer> replace_normalizer(std::unique_ptr<Pattern> pattern, std::string content);
std::unique_ptr<Normalizer> prepend_normalizer(std::string prefix);
// Bytes as the characters of byte_level_alphabet().
std::unique_ptr<Normalizer> byte_level_normalizer();
// SentencePiece's compiled table. Throws Error when `charsmap` is not one.
std::unique_ptr<Normalizer> precompiled_normalizer(std::string charsmap);
std::unique_ptr<Normalizer> normalizer_sequence(std::vector<std::unique_ptr<Normalizer>> steps);

// What ByteLevel does to a text, as a normalizer and as a pre-tokenizer.
void spell_bytes(AlignedText& text);

}  // namespace slm::text
