#include "slm/storage/folder_walk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "slm/core/error.h"
#include "slm/core/interrupted.h"
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

TEST(FolderWalk, LeavesOutLinksThatLeadBack) {
  const test::ScratchFolder folder;
  for (const char* name : {"a/deep", "side"}) make_folders(folder / name);
  for (const char* name : {"a/1", "a/deep/2", "side/3"}) write_file(folder / name, "x");
  const auto link = [&](const char* to, const char* name) { ASSERT_EQ(::symlink(to, (folder / name).c_str()), 0); };
  link("..", "a/up");
  link("../..", "a/deep/top");
  link(".", "a/deep/self1");
  link(".", "a/deep/self2");
  link("../side", "a/to_side");  // no way back: its files are there twice
  EXPECT_EQ(walk(folder.path()), (Paths{"a/1", "a/deep/2", "a/to_side/3", "side/3"}));
}

TEST(FolderWalk, RefusesFoldersThatAreTooDeep) {
  const test::ScratchFolder folder;
  std::string path = folder.path();
  for (int i = 0; i < 64; ++i) path += "/d";
  make_folders(path);
  EXPECT_EQ(message_of<Error>([&] { walk(folder.path()); }),
            path.substr(0, path.size() - 2) + ": more than 64 folders inside each other: move what is deeper up");
}

TEST(FolderWalk, EndsWhenAsked) {
  const test::ScratchFolder folder;
  for (const char* name : {"1", "2"}) write_file(folder / name, "x");
  bool is_stopped = false;
  FolderWalk walk(folder.path(), {}, [&] { return is_stopped; });
  EXPECT_TRUE(walk.next());
  is_stopped = true;
  EXPECT_THROW(walk.next(), Interrupted);
}

TEST(FolderWalk, SaysWhatCannotBeListed) {
  const test::ScratchFolder folder;
  write_file(folder / "file", "x");
  EXPECT_THROW(FolderWalk(folder / "none"), IoError);
  EXPECT_THROW(FolderWalk(folder / "file"), IoError);
}

}  // namespace
}  // namespace slm::storage
