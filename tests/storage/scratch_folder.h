#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "slm/storage/folder.h"
#include "slm/storage/temporary_name.h"

namespace slm::test {

// A new empty folder, removed at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder() : path_(storage::temporary_name(testing::TempDir() + "slm")) { storage::make_folders(path_); }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return storage::join(path_, name); }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : storage::list_folder(path_)) names.push_back(entry.name);
    return names;
  }

 private:
  std::string path_;
};

// The message of the error that `body` throws; "no error" without one.
template <class ErrorType, class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const ErrorType& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace slm::test
