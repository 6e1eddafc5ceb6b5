#include "slm/storage/folder_walk.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"

namespace slm::storage {
namespace {

constexpr size_t kMaxFolders = 64;

}  // namespace

FolderWalk::FolderWalk(const std::string& folder, LeaveOut leave_out, StopCheck should_stop)
    : leave_out_(std::move(leave_out)), should_stop_(std::move(should_stop)) {
  levels_.push_back({folder, identity_of(folder), FolderNames(folder)});
}

FolderWalk::Identity FolderWalk::identity_of(const std::string& folder) {
  struct stat status = {};
  if (::stat(local_path(folder).c_str(), &status) != 0) throw_io_error(folder, "cannot list the folder", errno);
  return {static_cast<uint64_t>(status.st_dev), static_cast<uint64_t>(status.st_ino)};
}

std::optional<FolderWalk::File> FolderWalk::next() {
  while (!levels_.empty()) {
    throw_if_stopped(should_stop_);
    Level& level = levels_.back();
    const std::optional<std::string> name = level.names.next();
    if (!name) {
      levels_.pop_back();
      continue;
    }
    if (name->starts_with('.') || (leave_out_ && leave_out_(level.folder, *name))) continue;
    std::string path = join(level.folder, *name);
    std::error_code gone;  // a file may vanish, or a link lead nowhere, between listing and asking
    const std::filesystem::directory_entry entry(local_path(path), gone);
    if (!entry.is_directory(gone)) {
      const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
      return File{std::move(path), gone ? 0 : static_cast<int64_t>(size)};
    }
    const Identity identity = identity_of(path);
    const auto leads_back = [&](const Level& above) { return above.identity == identity; };
    if (std::any_of(levels_.begin(), levels_.end(), leads_back)) continue;
    if (levels_.size() == kMaxFolders) {
      throw Error(
          fmt::format("{}: more than {} folders inside each other: move what is deeper up", level.folder, kMaxFolders));
    }
    FolderNames names(path);
    levels_.push_back({std::move(path), identity, std::move(names)});
  }
  return std::nullopt;
}

}  // namespace slm::storage
