#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "slm/storage/folder.h"

namespace slm::storage {

// The files in a folder and in all below it, one after the other: a folder's entries in the order of their names, and
// where a folder stands among them, what is in it. Hidden entries (".name") are left out, links are followed. Keeps the
// entries of the folders it is in, not those of all.
class FolderWalk {
 public:
  struct File {
    std::string path;  // begins with the folder that was given
    int64_t size_bytes = 0;
  };

  // Throws IoError, as next() does.
  explicit FolderWalk(const std::string& folder);

  // nullopt at the end. Throws Error for more than 64 folders inside each other: a link leads back to one above.
  std::optional<File> next();

 private:
  struct Level {
    std::string folder;
    std::vector<FolderEntry> entries;
    size_t next = 0;
  };

  std::vector<Level> levels_;  // each inside the one before
};

}  // namespace slm::storage
