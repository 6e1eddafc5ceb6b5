#include "slm/storage/read_file.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;

TEST(ReadFile, GivesAllBytesOrTheFirstOnes) {
  const test::ScratchFolder folder;
  const std::string content = std::string("a\0b\n", 4) + std::string(3 << 20, 'x');
  write_file(folder / "a", content);
  EXPECT_EQ(read_file(folder / "a"), content);
  EXPECT_EQ(read_beginning(folder / "a", 4), content.substr(0, 4));
  EXPECT_EQ(read_beginning(folder / "a", 0), "");
  EXPECT_EQ(read_beginning("/dev/zero", 5), std::string(5, '\0'));
  EXPECT_EQ(read_file("/dev/null"), "");
}

TEST(ReadFile, SaysWhatIsWrong) {
  const test::ScratchFolder folder;
  write_file(folder / "a", "12345");
  EXPECT_EQ(read_file(folder / "a", 5), "12345");
  EXPECT_EQ(message_of<FormatError>([&] { read_file(folder / "a", 4); }),
            folder / "a" + ": byte 4: the file is too large: at most 4 bytes are expected");
  EXPECT_EQ(message_of<IoError>([&] { read_file(folder / "none"); }),
            folder / "none" + ": cannot open: No such file or directory; check the path for a typing error");
  EXPECT_EQ(message_of<IoError>([&] { read_file(folder.path()); }),
            folder.path() + ": cannot read: Is a directory; a file is expected here: name one inside the folder");
}

}  // namespace
}  // namespace slm::storage
