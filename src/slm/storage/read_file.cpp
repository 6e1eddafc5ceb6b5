#include "slm/storage/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/open_file.h"

namespace slm::storage {
namespace {

constexpr int64_t kPieceBytes = int64_t{1} << 20;

}  // namespace

std::string read_beginning(const std::string& uri, int64_t count) {
  const OpenFile file = OpenFile::to_read(local_path(uri));
  struct stat status = {};
  if (::fstat(file.descriptor(), &status) != 0) throw_io_error(uri, "cannot read", errno);
  if (S_ISDIR(status.st_mode)) throw_io_error(uri, "cannot read", EISDIR);
  std::string content;
  // The size is a hint: that of a pipe is 0, and that of a file may change.
  if (S_ISREG(status.st_mode)) content.reserve(static_cast<size_t>(std::min<int64_t>(status.st_size, count)));
  std::vector<char> piece(static_cast<size_t>(std::min(kPieceBytes, std::max<int64_t>(count, 0))));
  while (static_cast<int64_t>(content.size()) < count) {
    const int64_t wanted = std::min<int64_t>(std::ssize(piece), count - std::ssize(content));
    const ssize_t got = ::read(file.descriptor(), piece.data(), static_cast<size_t>(wanted));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_io_error(uri, "cannot read", errno);
    if (got == 0) break;
    content.append(piece.data(), static_cast<size_t>(got));
  }
  return content;
}

std::string read_file(const std::string& uri, int64_t max_bytes) {
  if (max_bytes == INT64_MAX) return read_beginning(uri, max_bytes);
  std::string content = read_beginning(uri, max_bytes + 1);
  if (std::ssize(content) > max_bytes) {
    throw FormatError(uri, max_bytes, fmt::format("the file is too large: at most {} bytes are expected", max_bytes));
  }
  return content;
}

}  // namespace slm::storage
