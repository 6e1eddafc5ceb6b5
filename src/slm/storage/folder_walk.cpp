#include "slm/storage/folder_walk.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

constexpr size_t kMaxFolders = 64;

}  // namespace

FolderWalk::FolderWalk(const std::string& folder) { levels_.push_back({folder, list_folder(folder)}); }

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
    if (levels_.size() == kMaxFolders) {
      throw Error(
          fmt::format("{}: more than {} folders inside each other: a link that leads back to a folder above it?",
                      level.folder, kMaxFolders));
    }
    std::vector<FolderEntry> entries = list_folder(path);
    levels_.push_back({std::move(path), std::move(entries)});
  }
  return std::nullopt;
}

}  // namespace slm::storage
