#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace slm::storage {

// A regular file seen as memory, read-only, without a copy. Another program that shortens the file while it is mapped
// makes reads past its new end fail with SIGBUS: outputs are replaced by rename, which is safe.
class MappedFile {
 public:
  // Throws IoError.
  explicit MappedFile(const std::string& uri);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }  // as it was given
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::string path_;
  std::span<const std::byte> bytes_;
};

}  // namespace slm::storage
