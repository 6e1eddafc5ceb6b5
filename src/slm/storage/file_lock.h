#pragma once

#include <string>

#include "slm/core/interrupted.h"

namespace slm::storage {

// Keeps a file for one process, as long as it lives; ends with the process however that ends. The file is made where
// there is none, and stays, empty. Where the file system has no locks, nothing is kept.
class FileLock {
 public:
  // Waits until no other has it. Throws IoError when the file cannot be opened, Interrupted when it shall stop.
  explicit FileLock(const std::string& uri, const StopCheck& should_stop = {});
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace slm::storage
