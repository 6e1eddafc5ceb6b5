#include "slm/storage/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {

FileLock::FileLock(const std::string& uri) {
  const std::string path = local_path(uri);
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_io_error(path, "cannot open the lock", errno);
  while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace slm::storage
