#include "slm/storage/folder_names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using Names = std::vector<std::string>;

Names names_in(const std::string& folder, size_t max_bytes) {
  Names found;
  FolderNames names(folder, max_bytes);
  while (const auto name = names.next()) found.push_back(*name);
  EXPECT_EQ(names.next(), std::nullopt);
  return found;
}

TEST(FolderNames, AreSortedHoweverFewAreKept) {
  const test::ScratchFolder folder;
  EXPECT_TRUE(names_in(folder.path(), 1).empty());
  std::mt19937 random(4);
  Names expected;
  for (int i = 0; i < 700; ++i) {
    expected.push_back("n" + std::to_string(random()) + std::string(random() % 90, 'x'));
    std::ofstream(folder / expected.back()).put('x');
  }
  std::sort(expected.begin(), expected.end());
  for (const size_t max_bytes : {0, 300, 5000, 40000, 1 << 30}) {
    EXPECT_EQ(names_in(folder.path(), max_bytes), expected) << max_bytes;
  }
}

TEST(FolderNames, SayWhatCannotBeListed) {
  const test::ScratchFolder folder;
  EXPECT_THROW(FolderNames(folder / "none"), IoError);
}

}  // namespace
}  // namespace slm::storage
