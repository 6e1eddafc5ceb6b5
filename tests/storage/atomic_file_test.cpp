#include "slm/storage/atomic_file.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "slm/core/error.h"
#include "slm/storage/read_file.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;
using Names = std::vector<std::string>;

constexpr int kPassed = 0, kFailed = 1, kNotPermitted = 2;

// Runs `body` in a child process and returns what it returns.
template <class Body>
int in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// In several pieces: one larger than the buffer, so that it is written at once.
void write_in_pieces(const std::string& path, const std::string& content, SystemCalls& calls = system_calls()) {
  AtomicFile file(path, calls);
  const std::string_view all = content;
  for (size_t begin = 0; begin < all.size(); begin += all.size() / 3 + 1) {
    file.write(all.substr(begin, all.size() / 3 + 1));
  }
  file.commit();
}

TEST(AtomicFile, AppearsWithItsWholeContent) {
  const test::ScratchFolder folder;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1} << 18, (size_t{1} << 20) + 7}) {
    std::string content(size, 'x');
    for (size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7);
    write_in_pieces(folder / "a.bin", content);
    EXPECT_EQ(read_file(folder / "a.bin"), content);
  }
  EXPECT_EQ(folder.names(), Names{"a.bin"});
}

TEST(AtomicFile, ReplacesTheOldContentOnlyAtCommit) {
  const test::ScratchFolder folder;
  write_file(folder / "a", "old");
  AtomicFile file(folder / "a");
  file.write("new");
  EXPECT_EQ(read_file(folder / "a"), "old");
  file.commit();
  EXPECT_EQ(read_file(folder / "a"), "new");
  EXPECT_EQ(file.num_written(), 3);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const test::ScratchFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write(std::string(1 << 19, 'x'));
    EXPECT_EQ(folder.names().size(), 1u);
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicFile, HasThePermissionsOfAnyNewFile) {
  const test::ScratchFolder folder;
  const mode_t mask = ::umask(022);
  write_file(folder / "a", "x");
  ::umask(mask);
  struct stat status = {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0644u);
}

TEST(AtomicFile, ADiskThatIsFullAtAnyByteLosesNothing) {
  const test::ScratchFolder folder;
  const std::string old = "the old content", content = "the new content is longer";
  write_file(folder / "a", old);
  for (int64_t room = 0; room < std::ssize(content); ++room) {
    test::FullDisk disk(room);
    EXPECT_EQ(
        message_of<IoError>([&] { write_in_pieces(folder / "a", content, disk); }),
        folder / "a" + ": cannot write: No space left on device; free some space, or choose a folder on another disk");
    EXPECT_EQ(read_file(folder / "a"), old);
    EXPECT_EQ(folder.names(), Names{"a"});
  }
  test::FullDisk disk(std::ssize(content));
  write_in_pieces(folder / "a", content, disk);
  EXPECT_EQ(read_file(folder / "a"), content);
}

TEST(AtomicFile, AFailureOfAnyCallLeavesTheOldContentOrTheNew) {
  const test::ScratchFolder folder;
  int64_t num_calls = 0;
  for (bool is_done = false; !is_done; ++num_calls) {
    write_file(folder / "a", "old");
    test::FailingCall calls(num_calls);
    const std::string message = message_of<IoError>([&] { write_file(folder / "a", "new", calls); });
    is_done = !calls.has_failed();
    const std::string content = read_file(folder / "a");
    EXPECT_TRUE(content == "old" || content == "new") << content;
    EXPECT_EQ(folder.names(), Names{"a"}) << "call " << num_calls;
    if (is_done) {
      EXPECT_EQ(message, "no error");
      EXPECT_EQ(content, "new");
    } else if (message == "no error") {
      EXPECT_EQ(content, "new");  // only closing the folder may go unnoticed
    } else {
      EXPECT_NE(message.find("Input/output error; the disk or the network file system failed"), std::string::npos);
    }
  }
  EXPECT_EQ(num_calls - 1, 8);  // open, write, fsync, close, rename, open folder, fsync folder, close folder
}

TEST(AtomicFile, AQuotaOfTheProcessIsAnErrorThatNamesTheFile) {
  const test::ScratchFolder folder;
  EXPECT_EQ(in_child([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit = {1000, 1000};
              if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return kFailed;
              const auto write = [&] { write_file(folder / "a", std::string(1001, 'x')); };
              return message_of<IoError>(write).find("a: cannot write: File too large") != std::string::npos ? kPassed
                                                                                                             : kFailed;
            }),
            kPassed);
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicFile, AFileSystemThatIsReallyFullIsAnErrorAndStaysUsable) {
  const test::ScratchFolder folder;
  const int result = in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return kNotPermitted;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kNotPermitted;
    if (::mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) return kNotPermitted;
    write_file(folder / "a", std::string(1000, 'x'));
    const auto write = [&] { write_file(folder / "a", std::string(1 << 17, 'y')); };
    if (message_of<IoError>(write).find("a: cannot write: No space left on device") == std::string::npos) {
      return kFailed;
    }
    write_file(folder / "b", std::string(30000, 'z'));  // the room of the failed file is free again
    const bool is_right = folder.names() == Names{"a", "b"} && read_file(folder / "a") == std::string(1000, 'x');
    return is_right ? kPassed : kFailed;
  });
  if (result == kNotPermitted) GTEST_SKIP() << "this system lets the test mount no file system";
  EXPECT_EQ(result, kPassed);
}

TEST(AtomicFile, SaysWhyAFileCannotBeMade) {
  const test::ScratchFolder folder;
  make_folders(folder / "sub");
  write_file(folder / "file", "");
  EXPECT_EQ(message_of<IoError>([&] { AtomicFile(folder / "sub"); }),
            folder / "sub" + ": cannot write: Is a directory; a file is expected here: name one inside the folder");
  EXPECT_EQ(message_of<IoError>([&] { AtomicFile(folder / "new/"); }),
            folder / "new/" + ": cannot write: Is a directory; a file is expected here: name one inside the folder");
  EXPECT_EQ(message_of<IoError>([&] { AtomicFile(folder / "none/a"); }),
            folder / "none/a" +
                ": cannot create: No such file or directory; the folder it should be in does not exist: make it first");
  EXPECT_EQ(
      message_of<IoError>([&] { AtomicFile(folder / "file/a"); }),
      folder / "file/a" + ": cannot create: Not a directory; a part of the path is a file where a folder is expected");
  EXPECT_EQ(message_of<IoError>([&] { AtomicFile("/dev/null"); }),
            "/dev/null: cannot write: Invalid argument; a regular file is expected here");
  EXPECT_THROW(AtomicFile("s3://bucket/a"), UsageError);
}

TEST(AtomicFile, AFolderWithoutPermissionIsAnError) {
  const test::ScratchFolder folder;
  const int result = in_child([&] {
    if (::chmod(folder.path().c_str(), 0555) != 0) return kFailed;
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return kNotPermitted;
    const std::string message = message_of<IoError>([&] { AtomicFile(folder / "a"); });
    return message == folder / "a" + ": cannot create: Permission denied; check the permissions of the file and of " +
                          "the folders above it"
               ? kPassed
               : kFailed;
  });
  if (result == kNotPermitted) GTEST_SKIP() << "cannot become a user without rights";
  EXPECT_EQ(result, kPassed);
}

}  // namespace
}  // namespace slm::storage
