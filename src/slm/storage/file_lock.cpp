#include "slm/storage/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {
namespace {

constexpr std::chrono::milliseconds kNap{50};

}  // namespace

FileLock::FileLock(const std::string& uri, const StopCheck& should_stop) {
  const std::string path = local_path(uri);
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_io_error(path, "cannot open the lock", errno);
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;  // a file system without locks
    if (should_stop && should_stop()) {
      ::close(descriptor_);
      throw Interrupted();
    }
    std::this_thread::sleep_for(kNap);
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace slm::storage
