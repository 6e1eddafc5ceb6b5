#include "slm/cli/input_blocks.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "slm/core/error.h"

namespace slm::cli {

InputBlocks::InputBlocks(const std::string& path) : path_(path), descriptor_(STDIN_FILENO) {
  if (path != "-") {
    file_.emplace(storage::OpenFile::to_read(path));
    descriptor_ = file_->descriptor();
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) total_ = status.st_size;
}

bool InputBlocks::append_to(std::string& content) {
  const size_t old_size = content.size();
  content.resize(old_size + kBlockBytes);
  size_t size = 0;
  while (size < kBlockBytes) {
    const ssize_t count = ::read(descriptor_, content.data() + old_size + size, kBlockBytes - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(path_, "cannot read", errno);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  content.resize(old_size + size);
  num_read_ += static_cast<int64_t>(size);
  return size > 0;
}

}  // namespace slm::cli
