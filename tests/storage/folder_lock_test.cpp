#include "slm/storage/folder_lock.h"

#include <gtest/gtest.h>

#include <optional>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

TEST(FolderLock, KeepsASecondOneOffUntilTheFirstIsGone) {
  const test::ScratchFolder folder;
  std::optional<FolderLock> first(folder.path());
  EXPECT_EQ(test::message_of<Error>([&] { FolderLock second(folder.path()); }),
            folder.path() + ": another process is writing into this folder: wait for it, or choose another one");
  first.reset();
  EXPECT_NO_THROW(FolderLock third(folder.path()));
  EXPECT_TRUE(folder.names().empty()) << "a lock leaves nothing behind";
}

TEST(FolderLock, NamesAFolderThatIsNotThere) {
  const test::ScratchFolder folder;
  EXPECT_EQ(test::message_of<IoError>([&] { FolderLock lock(folder / "none"); }).find(folder / "none"), 0U);
}

}  // namespace
}  // namespace slm::storage
