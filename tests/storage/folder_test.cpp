#include "slm/storage/folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;
using Names = std::vector<std::string>;

TEST(Folder, ListsNamesInOrderWithSizes) {
  const test::ScratchFolder folder;
  write_file(folder / "b", "12345");
  write_file(folder / "a", "");
  make_folders(folder / "c/d");
  ASSERT_EQ(::symlink("nowhere", (folder / "link").c_str()), 0);
  const auto entries = list_folder(folder.path());
  ASSERT_EQ(folder.names(), (Names{"a", "b", "c", "link"}));
  EXPECT_EQ(entries[1].size_bytes, 5);
  EXPECT_FALSE(entries[1].is_directory);
  EXPECT_TRUE(entries[2].is_directory);
  EXPECT_EQ(file_size(folder / "b"), 5);
}

TEST(Folder, RemovesATreeButNotWhatItsLinksPointTo) {
  const test::ScratchFolder folder;
  make_folders(folder / "a/b");
  write_file(folder / "a/b/file", "x");
  write_file(folder / "kept", "x");
  ASSERT_EQ(::symlink("../kept", (folder / "a/link").c_str()), 0);
  remove_tree(folder / "a");
  remove_tree(folder / "a");  // gone already
  EXPECT_EQ(folder.names(), Names{"kept"});
}

TEST(Folder, RemovesLeftoversAndNothingElse) {
  const test::ScratchFolder folder;
  write_file(folder / "model.pt", "x");
  write_file(folder / "model.pt.tmp-0123456789abcdef", "x");
  write_file(folder / "notes.tmp-mine", "x");
  write_file(folder / ".tmp-0123456789abcdef", "x");
  make_folders(folder / "step-1.tmp-0123456789abcdef/sub");
  EXPECT_EQ(remove_leftovers(folder.path()), 2);
  EXPECT_EQ(folder.names(), (Names{".tmp-0123456789abcdef", "model.pt", "notes.tmp-mine"}));
}

TEST(Folder, RemovesTheLeftoversOfOneEntry) {
  const test::ScratchFolder folder;
  write_file(folder / "model.pt.tmp-0123456789abcdef", "x");
  write_file(folder / "other.pt.tmp-0123456789abcdef", "x");
  write_file(folder / "a.model.pt.tmp-0123456789abcdef", "x");
  EXPECT_EQ(remove_leftovers(folder.path(), Names{"model.pt"}), 1);
  EXPECT_EQ(folder.names(), (Names{"a.model.pt.tmp-0123456789abcdef", "other.pt.tmp-0123456789abcdef"}));
}

TEST(Folder, KnowsTheFreeSpaceOfAFolderYetToBeMade) {
  const test::ScratchFolder folder;
  EXPECT_GT(free_space_bytes(folder.path()), 0);
  EXPECT_GT(free_space_bytes(folder / "not/yet/made"), 0);
}

TEST(Folder, SaysWhatIsWrong) {
  const test::ScratchFolder folder;
  write_file(folder / "a", "");
  EXPECT_EQ(message_of<IoError>([&] { list_folder(folder / "none"); }),
            folder / "none" + ": cannot list the folder: No such file or directory; check the path for a typing error");
  EXPECT_EQ(message_of<IoError>([&] { file_size(folder.path()); }),
            folder.path() + ": cannot read: Is a directory; a file is expected here: name one inside the folder");
  EXPECT_THROW(make_folders(folder / "a"), IoError);
  EXPECT_THROW(make_folders(folder / "a/b"), IoError);
}

}  // namespace
}  // namespace slm::storage
