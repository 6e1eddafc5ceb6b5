#pragma once

#include <string>

namespace slm::storage {

// Keeps a folder for one process, as long as it lives; leaves no file behind, and ends with the process however that
// ends. Where the file system has no locks, nothing is kept.
class FolderLock {
 public:
  // Throws IoError when the folder cannot be opened, and Error when another process has it.
  explicit FolderLock(const std::string& uri);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace slm::storage
