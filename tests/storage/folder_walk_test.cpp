#include "slm/storage/folder_walk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;
using Paths = std::vector<std::string>;

Paths walk(const std::string& folder) {
  Paths paths;
  FolderWalk walk(folder);
  while (const auto file = walk.next()) paths.push_back(file->path.substr(folder.size() + 1));
  return paths;
}

TEST(FolderWalk, GivesFilesInTheOrderOfNames) {
  const test::ScratchFolder folder;
  for (const char* name : {"b", "b/c", "b/empty", ".git", "d"}) make_folders(folder / name);
  for (const char* name : {"a", "b/c/2", "b/c/1", "b/d", ".git/x", ".hidden", "d/.hidden", "e"}) {
    write_file(folder / name, "12345");
  }
  EXPECT_EQ(walk(folder.path()), (Paths{"a", "b/c/1", "b/c/2", "b/d", "e"}));
  EXPECT_EQ(FolderWalk(folder.path()).next()->size_bytes, 5);
  EXPECT_TRUE(walk(folder / "d").empty());
}

TEST(FolderWalk, EndsWhereALinkLeadsBack) {
  const test::ScratchFolder folder;
  make_folders(folder / "a");
  ASSERT_EQ(::symlink("..", (folder / "a/up").c_str()), 0);
  const std::string message = message_of<Error>([&] { walk(folder.path()); });
  EXPECT_NE(message.find("a link that leads back to a folder above it?"), std::string::npos) << message;
}

TEST(FolderWalk, SaysWhatCannotBeListed) {
  const test::ScratchFolder folder;
  write_file(folder / "file", "x");
  EXPECT_THROW(FolderWalk(folder / "none"), IoError);
  EXPECT_THROW(FolderWalk(folder / "file"), IoError);
}

}  // namespace
}  // namespace slm::storage
