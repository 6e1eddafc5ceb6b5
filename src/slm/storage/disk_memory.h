#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "slm/storage/nameless_file.h"

namespace slm::storage {

// Memory for what may be larger than memory: the pages of a file without a name. What was used is let go every few
// milliseconds, so that little of it counts as memory of this process.
class DiskMemory {
 public:
  // On the disk of `folder`, where all of the room is taken at once; `purpose` as for NamelessFile. Throws IoError.
  DiskMemory(const std::string& folder, const std::string& purpose, int64_t size_bytes);
  ~DiskMemory();
  DiskMemory(const DiskMemory&) = delete;
  DiskMemory& operator=(const DiskMemory&) = delete;

  // From any thread. Zeros at first.
  std::span<std::byte> bytes() const { return bytes_; }

  // Now: where the processors are busy, who uses much of it at once must not wait for that.
  void let_go() const;

 private:
  void keep_letting_go();

  NamelessFile file_;
  std::span<std::byte> bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace slm::storage
