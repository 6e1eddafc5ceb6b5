#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace slm::storage {

// What writing a file asks of the system. Each returns -1 and sets errno on failure, as the call of its name does. A
// test derives from it to make the disk fill up or fail at a chosen moment.
class SystemCalls {
 public:
  virtual ~SystemCalls() = default;

  virtual int open(const std::string& path, int flags, mode_t mode);
  virtual ssize_t write(int file, const void* bytes, size_t size);  // may write less than it was given
  virtual int fsync(int file);
  virtual int truncate(int file, int64_t size);
  virtual int close(int file);
  virtual int mkdir(const std::string& path);
  virtual int rename(const std::string& from, const std::string& to);
  // Swaps two names in one step. Fails with EINVAL or ENOSYS where the file system cannot.
  virtual int exchange(const std::string& a, const std::string& b);
  virtual int unlink(const std::string& path);

  // As many calls of write() as it takes. Returns false and sets errno where not all could be written.
  bool write_all(int file, std::span<const std::byte> bytes);
};

// The calls of the system itself.
SystemCalls& system_calls();

}  // namespace slm::storage
