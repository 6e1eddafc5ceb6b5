#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "slm/data/corpus.h"

namespace slm::data {

// ASCII's white space.
inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int64_t num_newlines(std::string_view text);

// What separates the documents of a text file.
inline std::string separator_of(const CorpusOptions& options) {
  return options.document_separator.value_or(std::string(kDefaultSeparator));
}

// A document longer than that is handed on in pieces, whatever the format of its file. Where they end depends on the
// document alone: equal documents have equal pieces.
size_t max_piece_bytes(const CorpusOptions& options);

// Where the piece ends that begins a document, of which `text` are the first max_piece_bytes(). A line break between
// two printed characters is where tokenizers split anyway; without one in the second half, before a space; else between
// characters.
size_t piece_end(std::string_view text);

}  // namespace slm::data
