#include "slm/storage/temporary_name.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <random>

#include "slm/storage/ascii_text.h"
#include "slm/storage/failure.h"

namespace slm::storage {
namespace {

constexpr std::string_view kMark = ".tmp-";
constexpr size_t kNumDigits = 16;

}  // namespace

std::string temporary_name(const std::string& path) {
  std::random_device random;
  return fmt::format("{}{}{:08x}{:08x}", path, kMark, random(), random());
}

bool is_temporary_name(std::string_view name) {
  if (name.size() <= kMark.size() + kNumDigits) return false;
  const std::string_view tail = name.substr(name.size() - kMark.size() - kNumDigits);
  const std::string_view digits = tail.substr(kMark.size());
  return tail.starts_with(kMark) && is_lower_hex(digits);
}

bool is_temporary_name_of(std::string_view name, std::string_view entry) {
  return is_temporary_name(entry) && entry.substr(0, entry.size() - kMark.size() - kNumDigits) == name;
}

void sync_folder_of(const std::string& path, SystemCalls& calls) {
  const auto parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? std::string(".") : parent.string();
  const int file = calls.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (file < 0) {
    if (errno == EACCES) return;  // a folder may be writable without being readable
    throw_io_error(folder, "cannot write the folder to the disk", errno);
  }
  const int result = calls.fsync(file);
  const int error_number = errno;
  calls.close(file);
  if (result != 0 && error_number != EINVAL && error_number != ENOTSUP && error_number != EROFS) {
    throw_io_error(folder, "cannot write the folder to the disk", error_number);
  }
}

}  // namespace slm::storage
