#include "slm/storage/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;

TEST(MappedFile, ShowsTheContentEvenAfterTheFileIsReplaced) {
  const test::ScratchFolder folder;
  write_file(folder / "a", "content");
  const MappedFile file(folder / "a");
  write_file(folder / "a", "");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()), "content");
  EXPECT_EQ(MappedFile("file://" + folder / "a").bytes().size(), 0u);
}

TEST(MappedFile, SaysWhatIsWrong) {
  const test::ScratchFolder folder;
  EXPECT_EQ(message_of<IoError>([&] { MappedFile(folder / "a"); }),
            folder / "a" + ": cannot open: No such file or directory; check the path for a typing error");
  EXPECT_EQ(message_of<IoError>([&] { MappedFile(folder.path()); }),
            folder.path() + ": cannot read: Is a directory; a file is expected here: name one inside the folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0666), 0);
  EXPECT_EQ(message_of<IoError>([&] { MappedFile(folder / "pipe"); }),
            folder / "pipe" + ": cannot map: No such device; a regular file is expected here");
}

}  // namespace
}  // namespace slm::storage
