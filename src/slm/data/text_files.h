#pragma once

#include <cstdint>
#include <functional>
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
  bool is_mapped = false;  // reading may have to wait for a disk
};

TextDocument document_of(std::string text, std::string name);

// The text at `path`: one document for a file; for a folder one per text file in it and the folders below it (.txt,
// .text, .md, .markdown, .rst), in the order of FolderWalk. Files are mapped, but for small ones, and empty files of a
// folder are left out. Throws IoError for what cannot be opened, and Error for an empty file or a folder without text.
std::vector<TextDocument> open_text(const std::string& path);

// The same, one document at a time.
void for_each_text(const std::string& path, const std::function<void(TextDocument)>& use);

// Of all of it, in bytes, without reading it; 0 for a pipe.
int64_t size_of_text(const std::string& path);

// Throws FormatError with the byte offset of the first byte that is not UTF-8.
void check_utf8(const TextDocument& document);

}  // namespace slm::data
