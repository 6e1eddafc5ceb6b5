#include "slm/storage/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {

FolderLock::FolderLock(const std::string& uri) {
  const std::string path = local_path(uri);
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0) throw_io_error(path, "cannot open the folder", errno);
  int status = 0;
  do {
    status = ::flock(descriptor_, LOCK_EX | LOCK_NB);
  } while (status != 0 && errno == EINTR);
  if (status == 0 || errno != EWOULDBLOCK) return;
  ::close(descriptor_);
  throw Error(fmt::format("{}: another process is writing into this folder: wait for it, or choose another one", path));
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace slm::storage
