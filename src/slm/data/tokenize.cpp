#include "slm/data/tokenize.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "slm/core/error.h"
#include "slm/text/unknown_character.h"
#include "slm/text/utf8.h"

namespace slm::data {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

// Characters and bytes have no context: a text may be cut between any two characters. Others are encoded whole.
bool is_free_of_context(const text::Tokenizer& tokenizer) {
  return tokenizer.kind() == "char" || tokenizer.kind() == "byte";
}

size_t piece_end(std::string_view text, size_t begin) {
  if (text.size() - begin <= kPieceBytes) return text.size();
  return begin + text::complete_utf8_prefix(text.substr(begin, kPieceBytes));
}

std::optional<int32_t> separator_of(const text::Tokenizer& tokenizer) {
  return is_free_of_context(tokenizer) ? std::nullopt : tokenizer.special_tokens().document_separator();
}

// What stands after a document when another one follows. Returns the bytes of text that it is.
int64_t append_separator(const TextDocument& document, const text::Tokenizer& tokenizer, std::vector<int32_t>& ids) {
  if (const auto separator = separator_of(tokenizer)) {
    ids.push_back(*separator);
    return 0;
  }
  const std::string_view blank_line = document.text.ends_with('\n') ? "\n" : "\n\n";
  tokenizer.encode(blank_line, ids);
  return static_cast<int64_t>(blank_line.size());
}

template <class Id>
TokenSource tokenize_as(std::span<const TextDocument> documents, const text::Tokenizer& tokenizer,
                        const std::string& name, const Progress& progress) {
  int64_t bytes_total = 0, bytes_done = 0, separator_bytes = 0;
  for (const TextDocument& document : documents) bytes_total += static_cast<int64_t>(document.text.size());
  std::vector<Id> ids;
  std::vector<int32_t> piece;
  const auto starts = std::make_shared<std::vector<uint64_t>>();
  const auto append_piece = [&] {
    std::transform(piece.begin(), piece.end(), std::back_inserter(ids), [](int32_t id) { return static_cast<Id>(id); });
    piece.clear();
  };
  if (is_free_of_context(tokenizer)) ids.reserve(static_cast<size_t>(bytes_total));
  for (const TextDocument& document : documents) {
    starts->push_back(ids.size());
    for (size_t begin = 0; begin < document.text.size();) {
      const size_t end = is_free_of_context(tokenizer) ? piece_end(document.text, begin) : document.text.size();
      try {
        tokenizer.encode(document.text.substr(begin, end - begin), piece);
      } catch (const text::UnknownCharacterError& error) {
        throw error.in_file(document.name, static_cast<int64_t>(begin));
      }
      append_piece();
      bytes_done += static_cast<int64_t>(end - begin);
      begin = end;
      if (progress) progress(bytes_done, bytes_total);
    }
    if (&document != &documents.back()) {
      separator_bytes += append_separator(document, tokenizer, piece);
      append_piece();
    }
  }
  const TokenSource source =
      TokenSource(std::move(ids), name).with_text(bytes_total + separator_bytes, lengths_of_tokens(tokenizer));
  const auto separator = separator_of(tokenizer);
  return separator ? source.with_document_separator(*separator) : source.with_document_starts(starts, *starts);
}

// The ids of bytes are the bytes.
TokenSource bytes_of(const TextDocument& document, const text::Tokenizer& tokenizer, const std::string& name) {
  const auto starts = std::make_shared<const std::vector<uint64_t>>(1);
  return TokenSource(document.owner, std::as_bytes(std::span(document.text)), TokenType::kUInt8, name,
                     document.is_mapped)
      .with_exact_text(lengths_of_tokens(tokenizer))
      .with_document_starts(starts, *starts);
}

}  // namespace

std::shared_ptr<const std::vector<int32_t>> lengths_of_tokens(const text::Tokenizer& tokenizer) {
  std::vector<int32_t> lengths;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    lengths.push_back(static_cast<int32_t>(tokenizer.token_bytes(id).size()));
  }
  return std::make_shared<const std::vector<int32_t>>(std::move(lengths));
}

CharacterSet::CharacterSet() : is_present_(text::kLastCodePoint + 1) {}

void CharacterSet::add(const TextDocument& document) {
  check_utf8(document);
  for (size_t at = 0; at < document.text.size();) {
    const text::Utf8Char c = text::read_utf8(document.text, at);
    is_present_[c.code_point] = true;
    at += static_cast<size_t>(c.length);
  }
}

std::shared_ptr<const text::Tokenizer> CharacterSet::tokenizer() const {
  std::string characters;
  for (char32_t c = 0; c <= text::kLastCodePoint; ++c) {
    if (is_present_[c]) text::append_utf8(characters, c);
  }
  return text::train_char_tokenizer(characters);
}

TokenSource tokenize(std::span<const TextDocument> documents, const text::Tokenizer& tokenizer, const std::string& name,
                     const Progress& progress) {
  if (tokenizer.kind() == "byte" && documents.size() == 1) return bytes_of(documents[0], tokenizer, name);
  if (tokenizer.kind() != "byte") {
    for (const TextDocument& document : documents) check_utf8(document);
  }
  switch (narrowest_token_type(tokenizer.vocab_size())) {
    case TokenType::kUInt8:
      return tokenize_as<uint8_t>(documents, tokenizer, name, progress);
    case TokenType::kUInt16:
      return tokenize_as<uint16_t>(documents, tokenizer, name, progress);
    default:
      return tokenize_as<int32_t>(documents, tokenizer, name, progress);
  }
}

}  // namespace slm::data
