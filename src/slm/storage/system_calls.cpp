#include "slm/storage/system_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace slm::storage {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 26;  // of one write call: Linux stops at 2 GiB, others earlier

}  // namespace

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

bool SystemCalls::write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), std::min(bytes.size(), kPieceBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = ENOSPC;  // nothing taken, no reason given: do not try for ever
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

SystemCalls& system_calls() {
  static SystemCalls calls;
  return calls;
}

}  // namespace slm::storage
