#pragma once

#include <string>
#include <vector>

#include "slm/storage/system_calls.h"

namespace slm::storage {

// A folder of files that appears under its name complete, or not at all: a checkpoint. Files go into a new folder
// beside it, each written out to the disk; commit() adds the marker file DONE last and renames the folder. A folder of
// that name is replaced. Without commit() all of it is removed.
class AtomicDirectory {
 public:
  // Makes the folders above it. Throws IoError, also when the path names a file.
  explicit AtomicDirectory(const std::string& uri, SystemCalls& calls = system_calls());
  ~AtomicDirectory();
  AtomicDirectory(const AtomicDirectory&) = delete;
  AtomicDirectory& operator=(const AtomicDirectory&) = delete;

  // Where to write a file of this folder until commit(), by AtomicFile or write_file().
  std::string path_of(std::string_view name) const;

  void commit();

 private:
  SystemCalls& calls_;
  std::string path_;
  std::string temporary_path_;
};

// Whether the folder's DONE marker is there.
bool is_complete_directory(const std::string& uri);

// Removes such a folder, the marker first: one that is gone in part is never taken for a complete one.
void remove_complete_directory(const std::string& uri);

// The names of the complete folders in `uri` that begin with `prefix`, sorted; none where `uri` does not exist.
std::vector<std::string> list_complete_directories(const std::string& uri, std::string_view prefix);

}  // namespace slm::storage
