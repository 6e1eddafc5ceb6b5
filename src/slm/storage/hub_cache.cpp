#include "slm/storage/hub_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "slm/storage/temporary_name.h"

namespace slm::storage {
namespace {

namespace fs = std::filesystem;
constexpr int64_t kMaxRefBytes = 256;
constexpr int64_t kMaxListBytes = int64_t{1} << 30;

void list_files(const std::string& folder, const std::string& prefix, std::vector<std::string>& paths) {
  for (const FolderEntry& entry : list_folder(folder)) {
    const std::string path = join(prefix, entry.name);
    if (entry.is_directory) {
      list_files(join(folder, entry.name), path, paths);
    } else {
      paths.push_back(path);
    }
  }
}

}  // namespace

void check_relative_path(const std::string& path) {
  const fs::path parts(path);
  const bool climbs = std::any_of(parts.begin(), parts.end(), [](const fs::path& part) { return part == ".."; });
  if (path.empty() || parts.is_absolute() || climbs || path.find('\0') != std::string::npos) {
    throw FormatError(path, FormatError::kNoOffset, "the hub names a file that lies outside its repository: refused");
  }
}

std::optional<std::string> HubCache::commit_of(const std::string& revision) const {
  check_relative_path(revision);
  const std::string path = join(folder_, "refs/" + revision);
  if (!exists(path)) return std::nullopt;
  std::string commit = read_file(path, kMaxRefBytes);
  while (!commit.empty() && commit.back() <= ' ') commit.pop_back();
  return commit;
}

void HubCache::remember_commit(const std::string& revision, const std::string& commit) {
  check_relative_path(revision);
  const std::string path = join(folder_, "refs/" + revision);
  make_folders(fs::path(path).parent_path().string());
  write_file(path, commit);
}

std::string HubCache::snapshot_path(const std::string& commit, const std::string& path) const {
  check_relative_path(commit);
  check_relative_path(path);
  return join(folder_, fmt::format("snapshots/{}/{}", commit, path));
}

std::optional<std::string> HubCache::find(const std::string& commit, const std::string& path) const {
  std::string copy = snapshot_path(commit, path);
  if (!exists(copy)) return std::nullopt;
  return copy;
}

std::vector<std::string> HubCache::list(const std::string& commit) const {
  std::vector<std::string> paths;
  const std::string folder = join(folder_, "snapshots/" + commit);
  if (is_directory(folder)) list_files(folder, "", paths);
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string HubCache::list_path(const std::string& commit) const {
  check_relative_path(commit);
  return join(folder_, fmt::format("lists/{}.json", commit));
}

std::optional<std::string> HubCache::list_of_files(const std::string& commit) const {
  const std::string path = list_path(commit);
  if (!exists(path)) return std::nullopt;
  return read_file(path, kMaxListBytes);
}

void HubCache::remember_list_of_files(const std::string& commit, const std::string& list) {
  const std::string path = list_path(commit);
  make_folders(fs::path(path).parent_path().string());
  write_file(path, list);
}

std::string HubCache::blob_path(const std::string& etag) const {
  if (etag.empty() || etag.find('/') != std::string::npos || etag.front() == '.') {
    throw FormatError(folder_, FormatError::kNoOffset,
                      fmt::format("the hub sends an ETag that is no file name: '{}'", etag));
  }
  return join(folder_, "blobs/" + etag);
}

std::string HubCache::lock_path(const std::string& etag) const {
  const fs::path folder(folder_), blob(blob_path(etag));
  return (folder.parent_path() / ".locks" / folder.filename() / blob.filename()).string() + ".lock";
}

std::string HubCache::link(const std::string& commit, const std::string& path, const std::string& etag) {
  const std::string name = snapshot_path(commit, path);
  const std::string folder = fs::path(name).parent_path().string();
  make_folders(folder);
  const std::string blob = blob_path(etag);
  // Takes the place of an older link at once: other processes may be reading by that name.
  const std::string link = temporary_name(blob);
  std::error_code error;
  fs::create_symlink(fs::relative(blob, folder), link, error);
  if (error) throw_io_error(name, "cannot make the link", error.value());
  fs::rename(link, name, error);
  if (error) {
    std::error_code ignored;
    fs::remove(link, ignored);
    throw_io_error(name, "cannot make the link", error.value());
  }
  return name;
}

}  // namespace slm::storage
