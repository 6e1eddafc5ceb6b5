#include "slm/storage/line_log.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/read_file.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;

TEST(LineLog, GrowsLineByLineAcrossRuns) {
  const test::ScratchFolder folder;
  {
    LineLog log(folder / "m.jsonl");
    log.append("one");
    EXPECT_EQ(read_file(folder / "m.jsonl"), "one\n");
    log.append("");
    log.sync();
  }
  LineLog log(folder / "m.jsonl");
  EXPECT_EQ(log.size_bytes(), 5);
  log.append("two");
  EXPECT_EQ(read_file(folder / "m.jsonl"), "one\n\ntwo\n");
}

TEST(LineLog, CutsOffALineThatAKillLeftUnfinished) {
  const test::ScratchFolder folder;
  for (const size_t length : {size_t{1}, size_t{4095}, size_t{4096}, size_t{10000}}) {
    write_file(folder / "m.jsonl", "one\n" + std::string(length, 'x'));
    LineLog log(folder / "m.jsonl");
    log.append("two");
    EXPECT_EQ(read_file(folder / "m.jsonl"), "one\ntwo\n");
  }
  write_file(folder / "m.jsonl", "no newline at all");
  EXPECT_EQ(LineLog(folder / "m.jsonl").size_bytes(), 0);
}

TEST(LineLog, GoesBackToAPosition) {
  const test::ScratchFolder folder;
  LineLog log(folder / "m.jsonl");
  log.append("one");
  const int64_t position = log.size_bytes();
  log.append("two");
  log.truncate(position + 100);  // behind the end: nothing to drop
  EXPECT_EQ(read_file(folder / "m.jsonl"), "one\ntwo\n");
  log.truncate(position);
  log.append("2");
  EXPECT_EQ(read_file(folder / "m.jsonl"), "one\n2\n");
}

TEST(LineLog, DropsTheLinesFromTheFirstUnwantedOneOn) {
  const test::ScratchFolder folder;
  LineLog log(folder / "m.jsonl");
  for (const char* line : {"1", "2", "3", "1"}) log.append(line);
  log.keep_while([](std::string_view line) { return line < "3"; });
  log.append("new");
  EXPECT_EQ(read_file(folder / "m.jsonl"), "1\n2\nnew\n");
}

TEST(LineLog, AFullDiskLeavesOnlyWholeLines) {
  const test::ScratchFolder folder;
  for (int64_t room = 4; room < 12; ++room) {
    remove_tree(folder / "m.jsonl");
    test::FullDisk disk(room);
    LineLog log(folder / "m.jsonl", disk);
    log.append("one");
    EXPECT_EQ(message_of<IoError>([&] { log.append("the end"); }),
              room < 12 ? folder / "m.jsonl" +
                              ": cannot write: No space left on device; free some space, or choose a folder on " +
                              "another disk"
                        : "no error");
    EXPECT_EQ(read_file(folder / "m.jsonl"), "one\n");
    EXPECT_EQ(log.size_bytes(), 4);
  }
}

TEST(LineLog, IsARegularFile) {
  const test::ScratchFolder folder;
  EXPECT_THROW(LineLog(folder.path()), IoError);
  EXPECT_EQ(message_of<IoError>([] { LineLog("/dev/full"); }),
            "/dev/full: cannot open: Invalid argument; a regular file is expected here");
}

}  // namespace
}  // namespace slm::storage
