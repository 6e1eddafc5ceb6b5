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

// The vocabulary of all characters in `documents`, and with `has_separators` of the newline that tokenize() puts
// between documents. Throws FormatError for text that is not UTF-8.
std::shared_ptr<const text::Tokenizer> train_char_tokenizer(std::span<const TextDocument> documents,
                                                            bool has_separators);

// The bytes that each id spells, for TokenSource::with_text().
std::shared_ptr<const std::vector<int32_t>> lengths_of_tokens(const text::Tokenizer& tokenizer);

// All documents as one sequence of ids, in memory, as narrow as the vocabulary allows; the text itself is let go page
// by page. Between documents stands the tokenizer's document separator, and for characters and bytes, which have none,
// a blank line. The source knows its documents: they end with each separator, or where there is none, are those given.
// Throws FormatError for text that is not UTF-8 (except for the byte tokenizer, which takes any bytes),
// and what the tokenizer throws for text it cannot spell.
TokenSource tokenize(std::span<const TextDocument> documents, const text::Tokenizer& tokenizer, const std::string& name,
                     const Progress& progress = {});

}  // namespace slm::data
