#include "slm/storage/nameless_file.h"

#include <gtest/gtest.h>

#include <string>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

TEST(NamelessFile, KeepsBytesAndLeavesNothingBehind) {
  const test::ScratchFolder folder;
  NamelessFile file(folder.path(), "numbers");
  const std::string digits = "0123456789";
  file.write(std::as_bytes(std::span(digits)), 5);
  std::string read(12, '?');
  file.read(std::as_writable_bytes(std::span(read)), 3);
  EXPECT_EQ(read, std::string("\0\0", 2) + digits);
  file.forget(5, 3);
  read.resize(7);
  file.read(std::as_writable_bytes(std::span(read)), 8);
  EXPECT_EQ(read, "3456789");
  EXPECT_TRUE(folder.names().empty());
}

TEST(NamelessFile, SaysWhatCannotBeKeptWhere) {
  const test::ScratchFolder folder;
  EXPECT_EQ(test::message_of<IoError>([&] { NamelessFile(folder / "none", "numbers"); }).substr(folder.path().size()),
            "/none: cannot keep numbers in this folder: No such file or directory; check the path for a typing error");
  NamelessFile file(folder.path(), "numbers");
  file.resize(4);
  std::string read(5, '?');
  EXPECT_NE(test::message_of<IoError>([&] { file.read(std::as_writable_bytes(std::span(read)), 0); }), "no error");
}

}  // namespace
}  // namespace slm::storage
