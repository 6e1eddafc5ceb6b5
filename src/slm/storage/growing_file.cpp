#include "slm/storage/growing_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cassert>
#include <cerrno>

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;

}  // namespace

GrowingFile::GrowingFile(const std::string& uri, int64_t size_bytes, SystemCalls& calls)
    : calls_(calls), path_(local_path(uri)), size_bytes_(size_bytes), early_sync_(size_bytes) {
  file_ = calls_.open(path_, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) throw_io_error(path_, "cannot open for writing", errno);
  try {
    struct stat status = {};
    if (::fstat(file_, &status) != 0) throw_io_error(path_, "cannot open for writing", errno);
    if (status.st_size < size_bytes) {
      throw FormatError(path_, FormatError::kNoOffset,
                        fmt::format("has {} bytes, expected {} from the run before", status.st_size, size_bytes));
    }
    if (calls_.truncate(file_, size_bytes) != 0) throw_io_error(path_, "cannot cut", errno);
    if (::lseek(file_, size_bytes, SEEK_SET) < 0) throw_io_error(path_, "cannot write", errno);
  } catch (...) {
    calls_.close(file_);
    throw;
  }
  buffer_.reserve(kBufferBytes);
}

GrowingFile::~GrowingFile() { calls_.close(file_); }

void GrowingFile::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    write_out(bytes);
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  size_bytes_ += std::ssize(bytes);
  early_sync_.grown_to(size_bytes_, file_);
}

void GrowingFile::overwrite(int64_t offset, std::span<const std::byte> bytes) {
  assert(offset >= 0 && offset + std::ssize(bytes) <= size_bytes_);
  flush();
  if (::lseek(file_, offset, SEEK_SET) < 0) throw_io_error(path_, "cannot write", errno);
  write_out(bytes);
  if (::lseek(file_, size_bytes_, SEEK_SET) < 0) throw_io_error(path_, "cannot write", errno);
}

void GrowingFile::flush() {
  write_out(buffer_);
  buffer_.clear();
}

void GrowingFile::sync() {
  flush();
  if (calls_.fsync(file_) != 0) throw_io_error(path_, "cannot write to the disk", errno);
}

void GrowingFile::write_out(std::span<const std::byte> bytes) {
  if (!calls_.write_all(file_, bytes)) throw_io_error(path_, "cannot write", errno);
}

}  // namespace slm::storage
