#include "slm/storage/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/temporary_name.h"

namespace slm::storage {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

}  // namespace

AtomicFile::AtomicFile(const std::string& uri, SystemCalls& calls) : calls_(calls), path_(local_path(uri)) {
  struct stat status = {};
  if (::stat(path_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw_io_error(path_, "cannot write", EISDIR);
    // To rename over a device or a pipe would remove it.
    if (!S_ISREG(status.st_mode)) throw IoError(path_, "cannot write", EINVAL, "a regular file is expected here");
  } else if (path_.ends_with('/')) {
    throw_io_error(path_, "cannot write", EISDIR);
  }
  temporary_path_ = temporary_name(path_);
  file_ = calls_.open(temporary_path_, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0) {
    const int error_number = errno;
    if (error_number == ENOENT) {
      throw IoError(path_, "cannot create", error_number, "the folder it should be in does not exist: make it first");
    }
    throw_io_error(path_, "cannot create", error_number);
  }
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::write(std::span<const std::byte> bytes) {
  assert(file_ >= 0);
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    write_out(bytes);
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  num_written_ += std::ssize(bytes);
  early_sync_.grown_to(num_written_, file_);
}

void AtomicFile::commit() {
  assert(file_ >= 0);
  flush();
  if (calls_.fsync(file_) != 0) fail("cannot write to the disk", errno);
  // Network file systems report a failed write only here.
  if (calls_.close(std::exchange(file_, -1)) != 0) fail("cannot close", errno);
  if (calls_.rename(temporary_path_, path_) != 0) fail("cannot rename the finished file", errno);
  temporary_path_.clear();
  sync_folder_of(path_, calls_);
}

void AtomicFile::write_out(std::span<const std::byte> bytes) {
  if (!calls_.write_all(file_, bytes)) fail("cannot write", errno);
}

void AtomicFile::flush() {
  write_out(buffer_);
  buffer_.clear();
}

void AtomicFile::discard() noexcept {
  if (file_ >= 0) calls_.close(std::exchange(file_, -1));
  if (!temporary_path_.empty()) calls_.unlink(temporary_path_);
  temporary_path_.clear();
}

void AtomicFile::fail(std::string_view action, int error_number) {
  discard();
  throw_io_error(path_, action, error_number);
}

void write_file(const std::string& uri, std::string_view content, SystemCalls& calls) {
  AtomicFile file(uri, calls);
  file.write(content);
  file.commit();
}

}  // namespace slm::storage
