#include "slm/storage/folder.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/temporary_name.h"

namespace slm::storage {

namespace fs = std::filesystem;

bool exists(const std::string& uri) {
  std::error_code ignored;
  return fs::exists(local_path(uri), ignored);
}

bool is_directory(const std::string& uri) {
  std::error_code ignored;
  return fs::is_directory(local_path(uri), ignored);
}

bool is_pipe(const std::string& uri) {
  std::error_code ignored;
  return fs::is_other(local_path(uri), ignored);
}

int64_t file_size(const std::string& uri) {
  const std::string path = local_path(uri);
  if (is_directory(path)) throw_io_error(uri, "cannot read", EISDIR);
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) throw_io_error(uri, "cannot read", error.value());
  return static_cast<int64_t>(size);
}

std::vector<FolderEntry> list_folder(const std::string& uri) {
  std::error_code error;
  std::vector<FolderEntry> entries;
  fs::directory_iterator iterator(local_path(uri), error);
  if (error) throw_io_error(uri, "cannot list the folder", error.value());
  while (iterator != fs::directory_iterator()) {
    std::error_code gone;  // a file may vanish, or a link lead nowhere, between listing and asking
    FolderEntry entry;
    entry.name = iterator->path().filename().string();
    entry.is_directory = iterator->is_directory(gone);
    if (iterator->is_regular_file(gone)) {
      const auto size = iterator->file_size(gone);
      entry.size_bytes = gone ? 0 : static_cast<int64_t>(size);
    }
    entries.push_back(std::move(entry));
    iterator.increment(error);
    if (error) throw_io_error(uri, "cannot list the folder", error.value());
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

std::string join(const std::string& folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  return folder.ends_with('/') ? folder + std::string(name) : folder + "/" + std::string(name);
}

void make_folders(const std::string& uri) {
  const std::string path = local_path(uri);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_io_error(uri, "cannot make the folder", error.value());
  if (!is_directory(path)) throw_io_error(uri, "cannot make the folder", EEXIST);
}

void remove_tree(const std::string& uri) {
  std::error_code error;
  fs::remove_all(local_path(uri), error);
  if (error) throw_io_error(uri, "cannot remove", error.value());
}

int64_t remove_leftovers(const std::string& uri, std::span<const std::string> names) {
  int64_t count = 0;
  for (const FolderEntry& entry : list_folder(uri)) {
    const auto is_of = [&](const std::string& name) { return is_temporary_name_of(name, entry.name); };
    const bool is_leftover =
        names.empty() ? is_temporary_name(entry.name) : std::any_of(names.begin(), names.end(), is_of);
    if (!is_leftover) continue;
    remove_tree(join(uri, entry.name));
    ++count;
  }
  return count;
}

int64_t free_space_bytes(const std::string& uri) {
  fs::path path = fs::path(local_path(uri));
  std::error_code error;
  path = fs::absolute(path, error);
  while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  struct statvfs status = {};
  if (::statvfs(path.c_str(), &status) != 0) throw_io_error(uri, "cannot ask for the free space", errno);
  return static_cast<int64_t>(status.f_bavail) * static_cast<int64_t>(status.f_frsize);
}

}  // namespace slm::storage
