#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slm::data {

// A text, where its bytes are kept, and what messages call it.
struct TextDocument {
  std::string name;
  std::shared_ptr<const void> owner;
  std::string_view text;
};

TextDocument document_of(std::string text, std::string name);

// The text at `path`: one document for a file; for a folder one per text file in it and the folders below it (.txt,
// .text, .md, .markdown, .rst), sorted by path, hidden ones left out. Files are mapped, not read, and empty files of a
// folder are left out. Throws IoError for what cannot be opened, and Error for an empty file or a folder without text.
std::vector<TextDocument> open_text(const std::string& path);

// Throws FormatError with the byte offset of the first byte that is not UTF-8.
void check_utf8(const TextDocument& document);

}  // namespace slm::data
