#include "slm/storage/growing_file.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/read_file.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;
using test::ScratchFolder;

TEST(GrowingFile, GoesOnBehindWhatIsToBeKept) {
  const ScratchFolder folder;
  write_file(folder / "log", "kept, not kept");
  {
    GrowingFile file(folder / "log", 4);
    file.write(" and added");
    EXPECT_EQ(file.size_bytes(), 14);
    file.sync();
  }
  EXPECT_EQ(read_file(folder / "log"), "kept and added");
}

TEST(GrowingFile, ReplacesBytesInTheMiddle) {
  const ScratchFolder folder;
  GrowingFile file(folder / "f");
  file.write(std::string(300000, 'a'));
  file.write("bbbb");
  const std::string middle = "xyz";
  file.overwrite(299999, std::as_bytes(std::span(middle)));
  file.write("c");
  file.sync();
  EXPECT_EQ(read_file(folder / "f"), std::string(299999, 'a') + "xyzbbc");
}

TEST(GrowingFile, RefusesAFileThatIsTooShort) {
  const ScratchFolder folder;
  write_file(folder / "f", "abc");
  EXPECT_EQ(message_of<FormatError>([&] { GrowingFile(folder / "f", 4); }),
            folder / "f" + ": has 3 bytes, expected 4 from the run before");
  EXPECT_EQ(read_file(folder / "f"), "abc");
}

TEST(GrowingFile, KeepsWhatWasSyncedWhenTheDiskIsFull) {
  const ScratchFolder folder;
  for (const int64_t room : {5, 6, 299999, 300004}) {
    test::FullDisk disk(room);
    GrowingFile file(folder / "f", 0, disk);
    file.write("whole");
    file.sync();
    EXPECT_EQ(message_of<IoError>([&] {
                file.write(std::string(300000, 'x'));
                file.sync();
              }),
              folder / "f" +
                  ": cannot write: No space left on device; free some space, or choose a folder on another "
                  "disk")
        << room;
    EXPECT_EQ(read_file(folder / "f").substr(0, 5), "whole");
  }
}

}  // namespace
}  // namespace slm::storage
