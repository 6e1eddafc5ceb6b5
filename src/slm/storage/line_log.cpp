#include "slm/storage/line_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/read_file.h"

namespace slm::storage {
namespace {

// The position behind the last newline in the first `size` bytes; 0 without one.
int64_t end_of_last_line(int file, int64_t size) {
  std::array<char, 4096> piece;
  while (size > 0) {
    const int64_t count = std::min(size, std::ssize(piece));
    if (::pread(file, piece.data(), static_cast<size_t>(count), size - count) != count) return size;
    for (int64_t i = count - 1; i >= 0; --i) {
      if (piece[static_cast<size_t>(i)] == '\n') return size - count + i + 1;
    }
    size -= count;
  }
  return 0;
}

}  // namespace

LineLog::LineLog(const std::string& uri, SystemCalls& calls) : calls_(calls), path_(local_path(uri)) {
  file_ = calls_.open(path_, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) throw_io_error(path_, "cannot open", errno);
  try {
    struct stat status = {};
    if (::fstat(file_, &status) != 0) throw_io_error(path_, "cannot open", errno);
    if (!S_ISREG(status.st_mode)) throw IoError(path_, "cannot open", EINVAL, "a regular file is expected here");
    size_bytes_ = status.st_size;
    truncate(end_of_last_line(file_, status.st_size));
  } catch (...) {
    calls_.close(file_);
    throw;
  }
}

LineLog::~LineLog() { calls_.close(file_); }

void LineLog::append(std::string_view line) {
  assert(line.find('\n') == std::string_view::npos);
  const std::string text = std::string(line) + '\n';
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = calls_.write(file_, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error_number = written < 0 ? errno : ENOSPC;
      if (done > 0) calls_.truncate(file_, size_bytes_);
      throw_io_error(path_, "cannot write", error_number);
    }
    done += static_cast<size_t>(written);
  }
  size_bytes_ += std::ssize(text);
}

void LineLog::truncate(int64_t size_bytes) {
  if (size_bytes >= size_bytes_) return;
  if (calls_.truncate(file_, size_bytes) != 0) throw_io_error(path_, "cannot shorten", errno);
  size_bytes_ = size_bytes;
}

void LineLog::keep_while(const std::function<bool(std::string_view line)>& keep) {
  const std::string content = read_file(path_);
  size_t begin = 0;
  while (begin < content.size()) {
    const size_t end = content.find('\n', begin);
    if (end == std::string::npos || !keep(std::string_view(content).substr(begin, end - begin))) break;
    begin = end + 1;
  }
  truncate(static_cast<int64_t>(begin));
}

void LineLog::sync() {
  if (calls_.fsync(file_) != 0) throw_io_error(path_, "cannot write to the disk", errno);
}

}  // namespace slm::storage
