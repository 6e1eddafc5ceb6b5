#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/storage/open_file.h"

namespace slm::cli {

// A file, or standard input for "-", read a block at a time.
class InputBlocks {
 public:
  static constexpr size_t kBlockBytes = size_t{1} << 20;

  // Throws IoError.
  explicit InputBlocks(const std::string& path);

  // Appends the next block; false, and nothing is appended, at the end. Throws IoError.
  bool append_to(std::string& content);

  int64_t num_read() const { return num_read_; }  // bytes
  int64_t total_bytes() const { return total_; }  // 0 where it is not known

 private:
  std::string path_;
  std::optional<storage::OpenFile> file_;  // none: standard input
  int descriptor_;
  int64_t num_read_ = 0;
  int64_t total_ = 0;
};

}  // namespace slm::cli
