#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "slm/core/interrupted.h"
#include "slm/storage/folder_names.h"

namespace slm::storage {

// The files in a folder and in all below it, one after the other: a folder's entries in the order of their names, and
// where a folder stands among them, what is in it. Hidden entries (".name") are left out, links are followed, but for
// those that lead back to a folder that the walk is in. Memory is bounded for any number of files.
class FolderWalk {
 public:
  struct File {
    std::string path;  // begins with the folder that was given
    int64_t size_bytes = 0;
  };

  // Of a folder and the name of an entry in it: whether the walk passes over that.
  using LeaveOut = std::function<bool(const std::string& folder, const std::string& name)>;

  // Throws IoError, as next() does; next() also throws Interrupted when it shall stop.
  explicit FolderWalk(const std::string& folder, LeaveOut leave_out = {}, StopCheck should_stop = {});

  // nullopt at the end. Throws Error for more than 64 folders inside each other; the next call goes on behind them.
  std::optional<File> next();

 private:
  // Which folder it is, whatever path leads there.
  struct Identity {
    uint64_t device = 0, inode = 0;
    bool operator==(const Identity&) const = default;
  };
  struct Level {
    std::string folder;
    Identity identity;
    FolderNames names;
  };

  static Identity identity_of(const std::string& folder);

  LeaveOut leave_out_;
  StopCheck should_stop_;
  std::vector<Level> levels_;  // each inside the one before
};

}  // namespace slm::storage
