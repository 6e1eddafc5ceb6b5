#include "slm/formats/identify_file.h"

#include <algorithm>

#include "slm/formats/safetensors.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"

namespace slm::formats {
namespace {

constexpr int64_t kBeginningBytes = 4096;
constexpr std::string_view kUtf8ByteOrderMark = "\xEF\xBB\xBF";

// Whether `text`, which may be cut off inside its last character, is UTF-8 without control characters but white space.
// Lead bytes are checked for the number of bytes that follow, not for overlong forms: enough to tell text from data.
bool looks_like_text(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    size_t length = 1;
    if (lead < 0x80) {
      const bool is_control = (lead < 0x20 && !(lead >= '\t' && lead <= '\r')) || lead == 0x7f;
      if (is_control) return false;
    } else if (lead >= 0xC2 && lead < 0xF5) {
      length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    } else {
      return false;
    }
    for (size_t k = 1; k < length && i + k < text.size(); ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

FileKind identify_folder(const std::string& path) {
  const auto has = [&](std::string_view name) { return storage::exists(storage::join(path, name)); };
  if (has("model.safetensors") && has("train_state.json")) return FileKind::kCheckpoint;
  if (has("config.json") && (has("small_language_model.pt") || has("checkpoints"))) return FileKind::kRun;
  if (has("config.json") && (has("model.safetensors") || has("model.safetensors.index.json"))) {
    return FileKind::kHuggingFaceModel;
  }
  if (has("index.json")) return FileKind::kPreparedData;
  return FileKind::kFolder;
}

FileKind identify_json(const std::string& path, std::string_view beginning) {
  const auto has = [&](std::string_view key) { return beginning.find(key) != std::string_view::npos; };
  const bool is_tokenizer = path.ends_with("tokenizer.json") || (has("\"version\"") && has("\"added_tokens\""));
  return is_tokenizer ? FileKind::kTokenizer : FileKind::kJson;
}

}  // namespace

FileKind identify_file(const std::string& path) {
  if (!storage::exists(path)) return FileKind::kMissing;
  if (storage::is_directory(path)) return identify_folder(path);
  const std::string content = storage::read_beginning(path, kBeginningBytes);
  if (content.empty()) return FileKind::kEmpty;
  const auto bytes = std::as_bytes(std::span(content.data(), content.size()));
  if (is_torch_file(bytes)) return content.starts_with("PK") ? FileKind::kTorchArchive : FileKind::kOldTorchFile;
  if (content.starts_with("GGUF")) return FileKind::kGguf;
  if (path.ends_with(".bin")) return FileKind::kTokenShard;
  if (is_safetensors(bytes)) return FileKind::kSafetensors;
  if (!looks_like_text(content)) return FileKind::kUnknown;
  const size_t first = content.find_first_not_of(" \t\r\n", content.starts_with(kUtf8ByteOrderMark) ? 3 : 0);
  const bool is_json = first != std::string::npos && content[first] == '{' && !path.ends_with(".jsonl");
  return is_json ? identify_json(path, content) : FileKind::kText;
}

std::string_view describe(FileKind kind) {
  switch (kind) {
    case FileKind::kMissing:
      return "no such file";
    case FileKind::kEmpty:
      return "an empty file";
    case FileKind::kTorchArchive:
      return "a torch archive (.pt)";
    case FileKind::kOldTorchFile:
      return "a file of PyTorch before 1.6";
    case FileKind::kSafetensors:
      return "a safetensors file";
    case FileKind::kGguf:
      return "a GGUF file";
    case FileKind::kTokenizer:
      return "a tokenizer (tokenizer.json)";
    case FileKind::kJson:
      return "a JSON file";
    case FileKind::kTokenShard:
      return "a token shard (.bin)";
    case FileKind::kText:
      return "a text file";
    case FileKind::kUnknown:
      return "a file of no kind known to slm";
    case FileKind::kCheckpoint:
      return "a checkpoint";
    case FileKind::kRun:
      return "the folder of a training run";
    case FileKind::kHuggingFaceModel:
      return "a Hugging Face model";
    case FileKind::kPreparedData:
      return "prepared token data";
    case FileKind::kFolder:
      return "a folder";
  }
  return "";
}

}  // namespace slm::formats
