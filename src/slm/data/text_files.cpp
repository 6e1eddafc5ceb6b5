#include "slm/data/text_files.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/data/corpus_walk.h"
#include "slm/data/file_kind.h"
#include "slm/storage/folder.h"
#include "slm/storage/folder_walk.h"
#include "slm/storage/mapped_file.h"
#include "slm/storage/read_file.h"
#include "slm/text/utf8.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxReadBytes = int64_t{64} << 10;

// Small files are read: the system allows fewer mappings than a folder may have files.
TextDocument open_document(const std::string& path, int64_t size_bytes) {
  if (size_bytes <= kMaxReadBytes) return document_of(storage::read_file(path), path);
  auto file = std::make_shared<const storage::MappedFile>(path);
  const auto bytes = file->bytes();
  return {.name = path,
          .owner = file,
          .text = {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
          .is_mapped = true};
}

bool is_text_file(const storage::FolderWalk::File& file) {
  return file.size_bytes > 0 && is_text(kind_of_name(file.path));
}

}  // namespace

TextDocument document_of(std::string text, std::string name) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  return {.name = std::move(name), .owner = owner, .text = *owner};
}

void for_each_text(const std::string& path, const std::function<void(TextDocument)>& use) {
  if (!storage::is_directory(path)) {
    TextDocument document = storage::is_pipe(path) ? document_of(storage::read_file(path), path)
                                                   : open_document(path, storage::file_size(path));
    if (document.text.empty())
      throw Error(fmt::format("{}: the file is empty, expected text; name a file that has some", path));
    use(std::move(document));
    return;
  }
  bool is_empty = true;
  storage::FolderWalk walk = corpus_walk(path);
  while (const auto file = walk.next()) {
    if (!is_text_file(*file)) continue;
    is_empty = false;
    use(open_document(file->path, file->size_bytes));
  }
  if (is_empty) {
    throw Error(fmt::format("{}: no text in this folder: expected files that end in {}", path,
                            fmt::join(text_endings(), ", ")));
  }
}

std::vector<TextDocument> open_text(const std::string& path) {
  std::vector<TextDocument> documents;
  for_each_text(path, [&](TextDocument document) { documents.push_back(std::move(document)); });
  return documents;
}

int64_t size_of_text(const std::string& path) {
  if (!storage::is_directory(path)) return storage::is_pipe(path) ? 0 : storage::file_size(path);
  int64_t size = 0;
  storage::FolderWalk walk = corpus_walk(path);
  while (const auto file = walk.next()) size += is_text_file(*file) ? file->size_bytes : 0;
  return size;
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
