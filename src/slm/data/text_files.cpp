#include "slm/data/text_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "slm/core/error.h"
#include "slm/storage/folder.h"
#include "slm/storage/mapped_file.h"
#include "slm/text/utf8.h"

namespace slm::data {
namespace {

constexpr std::array<std::string_view, 5> kTextEndings = {".txt", ".text", ".md", ".markdown", ".rst"};
constexpr int kMaxDepth = 64;

bool is_text_name(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(kTextEndings.begin(), kTextEndings.end(), [&](std::string_view e) { return lower.ends_with(e); });
}

TextDocument map_document(const std::string& path) {
  auto file = std::make_shared<const storage::MappedFile>(path);
  const auto bytes = file->bytes();
  return {path, file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

void find_text_files(const std::string& folder, int depth, std::vector<std::string>& paths) {
  if (depth > kMaxDepth) {
    throw Error(fmt::format("{}: more than {} folders inside each other: a link that leads back to a folder above it?",
                            folder, kMaxDepth));
  }
  for (const storage::FolderEntry& entry : storage::list_folder(folder)) {
    if (entry.name.starts_with('.')) continue;
    const std::string path = storage::join(folder, entry.name);
    if (entry.is_directory) {
      find_text_files(path, depth + 1, paths);
    } else if (is_text_name(entry.name) && entry.size_bytes > 0) {
      paths.push_back(path);
    }
  }
}

}  // namespace

TextDocument document_of(std::string text, std::string name) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  return {std::move(name), owner, *owner};
}

std::vector<TextDocument> open_text(const std::string& path) {
  if (!storage::is_directory(path)) {
    TextDocument document = map_document(path);
    if (document.text.empty()) throw Error(fmt::format("{}: the file is empty, expected text", path));
    return {std::move(document)};
  }
  std::vector<std::string> paths;
  find_text_files(path, 1, paths);
  if (paths.empty()) {
    throw Error(
        fmt::format("{}: no text in this folder: expected files that end in {}", path, fmt::join(kTextEndings, ", ")));
  }
  std::sort(paths.begin(), paths.end());
  std::vector<TextDocument> documents;
  for (const std::string& file : paths) documents.push_back(map_document(file));
  return documents;
}

void check_utf8(const TextDocument& document) {
  if (text::is_valid_utf8(document.text)) return;
  size_t at = 0;
  while (true) {
    const text::Utf8Char c = text::read_utf8(document.text, at);
    if (!c.is_valid) break;
    at += static_cast<size_t>(c.length);
  }
  throw FormatError(document.name, static_cast<int64_t>(at),
                    fmt::format("0x{:02X} is not UTF-8 here: convert the text to UTF-8, or train on its bytes with "
                                "--tokenizer byte",
                                static_cast<unsigned char>(document.text[at])));
}

}  // namespace slm::data
