#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slm::formats {

enum class FileKind : uint8_t {
  kMissing,
  kEmpty,
  kTorchArchive,
  kOldTorchFile,  // of PyTorch before 1.6: not readable
  kSafetensors,
  kGguf,
  kTokenizer,  // tokenizer.json
  kJson,
  kTokenShard,  // *.bin
  kText,        // UTF-8
  kUnknown,
  kCheckpoint,        // a folder with model.safetensors and train_state.json
  kRun,               // a folder that slm train has written
  kHuggingFaceModel,  // a folder with config.json and *.safetensors
  kPreparedData,      // a folder with index.json
  kFolder,
};

// What a file or folder is, from its name and first bytes; nothing is checked beyond those. Throws IoError.
FileKind identify_file(const std::string& path);

std::string_view describe(FileKind kind);  // "a torch archive (.pt)"

}  // namespace slm::formats
