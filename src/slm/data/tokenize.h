#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "slm/data/text_files.h"
#include "slm/data/token_source.h"
#include "slm/text/tokenizer.h"

namespace slm::data {

// Called now and then with the bytes of text done and altogether.
using Progress = std::function<void(int64_t bytes_done, int64_t bytes_total)>;

// The characters that texts have, each a token of a vocabulary.
class CharacterSet {
 public:
  CharacterSet();

  // Throws FormatError for text that is not UTF-8.
  void add(const TextDocument& document);
  void add(char32_t character) { is_present_[character] = true; }

  std::shared_ptr<const text::Tokenizer> tokenizer() const;

 private:
  std::vector<bool> is_present_;  // by code point
};

// The bytes that each id spells, for TokenSource::with_text().
std::shared_ptr<const std::vector<int32_t>> lengths_of_tokens(const text::Tokenizer& tokenizer);

// All documents as one sequence of ids, in memory, as narrow as the vocabulary allows; the text itself is let go page
// by page. One document of bytes is its own sequence of ids, without a copy. Between documents stands the tokenizer's
// document separator, and for characters and bytes, which have none, a blank line. The source knows its documents: they
// end with each separator, or where there is none, are those given. Throws FormatError for text that is not UTF-8
// (except for the byte tokenizer, which takes any bytes), and what the tokenizer throws for text it cannot spell.
TokenSource tokenize(std::span<const TextDocument> documents, const text::Tokenizer& tokenizer, const std::string& name,
                     const Progress& progress = {});

}  // namespace slm::data
