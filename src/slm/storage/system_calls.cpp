#include "slm/storage/system_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace slm::storage {

int SystemCalls::open(const std::string& path, int flags, mode_t mode) { return ::open(path.c_str(), flags, mode); }

ssize_t SystemCalls::write(int file, const void* bytes, size_t size) { return ::write(file, bytes, size); }

int SystemCalls::fsync(int file) { return ::fsync(file); }

int SystemCalls::truncate(int file, int64_t size) { return ::ftruncate(file, size); }

int SystemCalls::close(int file) { return ::close(file); }

int SystemCalls::mkdir(const std::string& path) { return ::mkdir(path.c_str(), 0777); }

int SystemCalls::rename(const std::string& from, const std::string& to) { return ::rename(from.c_str(), to.c_str()); }

int SystemCalls::exchange(const std::string& a, const std::string& b) {
#ifdef RENAME_EXCHANGE
  return ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
#else
  errno = ENOSYS;
  return -1;
#endif
}

int SystemCalls::unlink(const std::string& path) { return ::unlink(path.c_str()); }

SystemCalls& system_calls() {
  static SystemCalls calls;
  return calls;
}

}  // namespace slm::storage
