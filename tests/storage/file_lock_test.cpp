#include "slm/storage/file_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

TEST(FileLock, WaitsUntilNoOtherHasIt) {
  const test::ScratchFolder folder;
  std::optional<FileLock> first(folder / "lock");
  const FileLock other(folder / "another");
  std::atomic<bool> is_free = false, was_free = false;
  std::thread second([&] {
    const FileLock lock(folder / "lock");
    was_free = is_free.load();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  is_free = true;
  first.reset();
  second.join();
  EXPECT_TRUE(was_free);
}

TEST(FileLock, SaysWhereItCannotBe) {
  const test::ScratchFolder folder;
  EXPECT_NE(test::message_of<IoError>([&] { FileLock(folder / "none/lock"); }).find("none/lock: cannot open the lock"),
            std::string::npos);
}

}  // namespace
}  // namespace slm::storage
