#include "slm/storage/atomic_directory.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/read_file.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;
using Names = std::vector<std::string>;

void write_checkpoint(const std::string& path, std::string_view content, SystemCalls& calls = system_calls()) {
  AtomicDirectory directory(path, calls);
  write_file(directory.path_of("model"), content, calls);
  write_file(directory.path_of("state"), content, calls);
  directory.commit();
}

// A file system that cannot exchange two names.
class NoExchange : public SystemCalls {
 public:
  int exchange(const std::string&, const std::string&) override {
    errno = EINVAL;
    return -1;
  }
};

TEST(AtomicDirectory, AppearsWithItsFilesAndTheMarker) {
  const test::ScratchFolder folder;
  {
    AtomicDirectory directory(folder / "checkpoints/step-1/");
    write_file(directory.path_of("model"), "weights");
    EXPECT_FALSE(exists(folder / "checkpoints/step-1"));
    directory.commit();
  }
  EXPECT_EQ(read_file(folder / "checkpoints/step-1/model"), "weights");
  EXPECT_TRUE(is_complete_directory(folder / "checkpoints/step-1"));
  EXPECT_EQ(list_folder(folder / "checkpoints").size(), 1u);
}

TEST(AtomicDirectory, LeavesNothingWithoutCommit) {
  const test::ScratchFolder folder;
  {
    AtomicDirectory directory(folder / "step-1");
    write_file(directory.path_of("model"), "weights");
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicDirectory, ReplacesAnOlderOneWithOrWithoutExchange) {
  NoExchange no_exchange;
  for (SystemCalls* calls : {&system_calls(), static_cast<SystemCalls*>(&no_exchange)}) {
    const test::ScratchFolder folder;
    write_checkpoint(folder / "best", "old");
    write_file(folder / "best/extra", "of the old one");
    write_checkpoint(folder / "best", "new", *calls);
    EXPECT_EQ(read_file(folder / "best/model"), "new");
    EXPECT_FALSE(exists(folder / "best/extra"));
    EXPECT_EQ(folder.names(), Names{"best"});
  }
}

TEST(AtomicDirectory, AFailureOfAnyCallLeavesACompleteOldOrNewOne) {
  int64_t num_calls = 0;
  for (bool is_done = false; !is_done; ++num_calls) {
    const test::ScratchFolder folder;
    write_checkpoint(folder / "best", "old");
    test::FailingCall calls(num_calls, ENOSPC);
    const std::string message = message_of<IoError>([&] { write_checkpoint(folder / "best", "new", calls); });
    is_done = !calls.has_failed();
    EXPECT_EQ(folder.names(), Names{"best"}) << "call " << num_calls;
    EXPECT_TRUE(is_complete_directory(folder / "best")) << "call " << num_calls;
    const std::string content = read_file(folder / "best/model");
    EXPECT_EQ(read_file(folder / "best/state"), content);
    if (message == "no error") {
      EXPECT_EQ(content, "new") << "call " << num_calls;
    } else if (content != "new") {
      EXPECT_EQ(content, "old") << "call " << num_calls;
    }
  }
  EXPECT_GT(num_calls, 25);  // three files of eight calls each, and the folder's own
}

TEST(AtomicDirectory, CannotTakeTheNameOfAFile) {
  const test::ScratchFolder folder;
  write_file(folder / "a", "");
  EXPECT_EQ(message_of<IoError>([&] { AtomicDirectory(folder / "a"); }),
            folder / "a" + ": cannot make the folder: File exists; remove it, or choose another name");
}

TEST(AtomicDirectory, OnlyCompleteOnesAreListed) {
  const test::ScratchFolder folder;
  write_checkpoint(folder / "step-00000020", "b");
  write_checkpoint(folder / "step-00000003", "a");
  write_checkpoint(folder / "best", "c");
  make_folders(folder / "step-00000030");  // no marker
  write_file(folder / "step-00000040", "a file");
  const AtomicDirectory unfinished(folder / "step-00000050");
  write_file(unfinished.path_of("DONE"), "");
  EXPECT_EQ(list_complete_directories(folder.path(), "step-"), (Names{"step-00000003", "step-00000020"}));
  EXPECT_EQ(list_complete_directories(folder / "none", "step-"), Names{});
}

}  // namespace
}  // namespace slm::storage
