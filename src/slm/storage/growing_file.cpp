#include "slm/storage/growing_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;
constexpr int64_t kBeginBytes = int64_t{1} << 23;  // from which on the disk begins to write
constexpr size_t kPieceBytes = size_t{1} << 26;    // of one write call: Linux stops at 2 GiB, others earlier

}  // namespace

GrowingFile::GrowingFile(const std::string& uri, int64_t size_bytes, SystemCalls& calls)
    : calls_(calls), path_(local_path(uri)), size_bytes_(size_bytes), num_begun_(size_bytes) {
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
    write_out(bytes.data(), bytes.size());
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  size_bytes_ += std::ssize(bytes);
  if (size_bytes_ - num_begun_ >= kBeginBytes) begin_to_sync();
}

// A hint: what cannot be written is told by sync().
void GrowingFile::begin_to_sync() {
#ifdef SYNC_FILE_RANGE_WRITE
  static_cast<void>(::sync_file_range(file_, num_begun_, size_bytes_ - num_begun_, SYNC_FILE_RANGE_WRITE));
#endif
  num_begun_ = size_bytes_;
}

void GrowingFile::overwrite(int64_t offset, std::span<const std::byte> bytes) {
  assert(offset >= 0 && offset + std::ssize(bytes) <= size_bytes_);
  flush();
  if (::lseek(file_, offset, SEEK_SET) < 0) throw_io_error(path_, "cannot write", errno);
  write_out(bytes.data(), bytes.size());
  if (::lseek(file_, size_bytes_, SEEK_SET) < 0) throw_io_error(path_, "cannot write", errno);
}

void GrowingFile::flush() {
  write_out(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void GrowingFile::sync() {
  flush();
  if (calls_.fsync(file_) != 0) throw_io_error(path_, "cannot write to the disk", errno);
}

void GrowingFile::write_out(const std::byte* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = calls_.write(file_, bytes, std::min(size, kPieceBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_io_error(path_, "cannot write", errno);
    if (written == 0) throw_io_error(path_, "cannot write", ENOSPC);  // nothing taken, no reason given
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

}  // namespace slm::storage
