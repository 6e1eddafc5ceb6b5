#include "slm/storage/folder_walk.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {
namespace {

constexpr size_t kMaxFolders = 64;

}  // namespace

FolderWalk::FolderWalk(const std::string& folder) {
  levels_.push_back({folder, identity_of(folder), list_folder(folder)});
}

FolderWalk::Identity FolderWalk::identity_of(const std::string& folder) {
  struct stat status = {};
  if (::stat(local_path(folder).c_str(), &status) != 0) throw_io_error(folder, "cannot list the folder", errno);
  return {static_cast<uint64_t>(status.st_dev), static_cast<uint64_t>(status.st_ino)};
}

std::optional<FolderWalk::File> FolderWalk::next() {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next == level.entries.size()) {
      levels_.pop_back();
      continue;
    }
    const FolderEntry& entry = level.entries[level.next++];
    if (entry.name.starts_with('.')) continue;
    std::string path = join(level.folder, entry.name);
    if (!entry.is_directory) return File{std::move(path), entry.size_bytes};
    const Identity identity = identity_of(path);
    const auto leads_back = [&](const Level& above) { return above.identity == identity; };
    if (std::any_of(levels_.begin(), levels_.end(), leads_back)) continue;
    if (levels_.size() == kMaxFolders) {
      throw Error(
          fmt::format("{}: more than {} folders inside each other: move what is deeper up", level.folder, kMaxFolders));
    }
    std::vector<FolderEntry> entries = list_folder(path);
    levels_.push_back({std::move(path), identity, std::move(entries)});
  }
  return std::nullopt;
}

}  // namespace slm::storage
