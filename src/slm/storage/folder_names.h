#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace slm::storage {

// The names in a folder in their order, however many there are: not more than about `max_bytes` of memory hold them at
// a time, and for those that come after them the folder is listed again.
class FolderNames {
 public:
  static constexpr size_t kMaxBytes = size_t{96} << 20;

  // Throws IoError when the folder cannot be listed.
  explicit FolderNames(std::string folder, size_t max_bytes = kMaxBytes);

  // nullopt at the end. Throws IoError; the next call then ends.
  std::optional<std::string> next();

 private:
  void list();

  std::string folder_;
  size_t max_bytes_;
  std::vector<std::string> names_;  // sorted
  size_t next_ = 0;
  bool has_more_ = false;  // behind the last of names_
};

}  // namespace slm::storage
