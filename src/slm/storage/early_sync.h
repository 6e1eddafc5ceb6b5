#pragma once

#include <cstdint>

namespace slm::storage {

// Asks the disk to write what has been added to a file, a few MB at a time, so that fsync has little to wait for at the
// end. A hint: what cannot be written is told by fsync.
class EarlySync {
 public:
  // The file has `size_bytes` bytes that need not be written.
  explicit EarlySync(int64_t size_bytes = 0) : num_begun_(size_bytes) {}
  // `file` has `size_bytes` bytes by now.
  void grown_to(int64_t size_bytes, int file);

 private:
  int64_t num_begun_;  // bytes that the disk was asked to write
};

}  // namespace slm::storage
