#include "slm/storage/atomic_directory.h"

#include <cassert>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "slm/storage/atomic_file.h"
#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"
#include "slm/storage/temporary_name.h"

namespace slm::storage {
namespace {

constexpr std::string_view kMarker = "DONE";

std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

void remove_silently(const std::string& path) noexcept {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

AtomicDirectory::AtomicDirectory(const std::string& uri, SystemCalls& calls)
    : calls_(calls), path_(without_trailing_slashes(local_path(uri))) {
  if (exists(path_) && !is_directory(path_)) throw_io_error(path_, "cannot make the folder", EEXIST);
  const std::string parent = std::filesystem::path(path_).parent_path().string();
  if (!parent.empty()) make_folders(parent);
  const std::string temporary_path = temporary_name(path_);
  if (calls_.mkdir(temporary_path) != 0) throw_io_error(path_, "cannot make the folder", errno);
  temporary_path_ = temporary_path;
}

AtomicDirectory::~AtomicDirectory() {
  if (!temporary_path_.empty()) remove_silently(temporary_path_);
}

std::string AtomicDirectory::path_of(std::string_view name) const {
  assert(!temporary_path_.empty());
  return join(temporary_path_, name);
}

void AtomicDirectory::commit() {
  write_file(path_of(kMarker), "", calls_);
  if (!exists(path_)) {
    if (calls_.rename(temporary_path_, path_) != 0) throw_io_error(path_, "cannot rename the finished folder", errno);
  } else if (calls_.exchange(temporary_path_, path_) == 0) {
    remove_silently(temporary_path_);
  } else {
    // No exchange on this file system: the old folder steps aside first, and comes back if the new one cannot move in.
    const std::string old_path = temporary_name(path_);
    if (calls_.rename(path_, old_path) != 0) throw_io_error(path_, "cannot rename the folder to replace", errno);
    if (calls_.rename(temporary_path_, path_) != 0) {
      const int error_number = errno;
      calls_.rename(old_path, path_);
      throw_io_error(path_, "cannot rename the finished folder", error_number);
    }
    remove_silently(old_path);
  }
  temporary_path_.clear();
  sync_folder_of(path_, calls_);
}

bool is_complete_directory(const std::string& uri) { return exists(join(local_path(uri), kMarker)); }

void remove_complete_directory(const std::string& uri) {
  remove_tree(join(uri, kMarker));
  remove_tree(uri);
}

std::vector<std::string> list_complete_directories(const std::string& uri, std::string_view prefix) {
  std::vector<std::string> names;
  if (!exists(uri)) return names;
  for (const FolderEntry& entry : list_folder(uri)) {
    const bool is_candidate = entry.is_directory && entry.name.starts_with(prefix) && !is_temporary_name(entry.name);
    if (is_candidate && is_complete_directory(join(uri, entry.name))) names.push_back(entry.name);
  }
  return names;
}

}  // namespace slm::storage
