#include "slm/storage/disk_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

int64_t bytes_in_memory() {
  int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(DiskMemory, KeepsWhatItLetsGo) {
  const test::ScratchFolder folder;
  DiskMemory memory(folder.path(), "numbers", int64_t{64} << 20);
  const std::span numbers(reinterpret_cast<uint32_t*>(memory.bytes().data()), memory.bytes().size() / 4);
  EXPECT_EQ(std::count(numbers.begin(), numbers.end(), 0u), std::ssize(numbers));
  memory.let_go();
  const int64_t before = bytes_in_memory();
  std::iota(numbers.begin(), numbers.end(), 7u);
  memory.let_go();
  EXPECT_LT(bytes_in_memory() - before, 16 << 20);
  for (size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], i + 7);
  EXPECT_TRUE(folder.names().empty());
}

TEST(DiskMemory, SaysWhatCannotBeKeptWhere) {
  const test::ScratchFolder folder;
  const auto message = [&](const std::string& where, int64_t size) {
    return test::message_of<IoError>([&] { DiskMemory(where, "numbers", size); });
  };
  EXPECT_TRUE(message(folder / "none", 1 << 20).starts_with(folder / "none: cannot keep numbers in this folder"));
  EXPECT_TRUE(
      message(folder.path(), int64_t{1} << 60).starts_with(folder.path() + ": cannot keep numbers in this folder"));
}

}  // namespace
}  // namespace slm::storage
