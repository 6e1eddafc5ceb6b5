#include "slm/data/spooled_blocks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

// Blocks 0, 1, 2 ... of some thousand tokens each; at the end a failure, or none.
class NumberedBlocks final : public BlockSource {
 public:
  NumberedBlocks(int64_t count, bool fails, std::atomic<int64_t>& num_given)
      : count_(count), fails_(fails), num_given_(num_given) {}

  Next next(PreparedBlock& block) override {
    if (num_given_ == count_ && fails_) throw std::runtime_error("cannot read on");
    if (num_given_ == count_) return Next::kEnd;
    if (++num_calls_ % 5 == 0) return Next::kWaiting;
    block = {};
    block.index = num_given_++;
    block.documents = {{.num_tokens = 500}};
    block.tokens.assign(1000 + static_cast<size_t>(block.index % 7) * 1000, static_cast<std::byte>(block.index));
    return Next::kBlock;
  }
  bool stop() override { return true; }
  int64_t bytes_read() const override { return num_given_; }
  std::optional<int64_t> bytes_total() const override { return count_; }

 private:
  int64_t count_;
  bool fails_;
  std::atomic<int64_t>& num_given_;
  int num_calls_ = 0;
};

BlockSource::Next next_of(BlockSource& blocks, PreparedBlock& block) {
  while (true) {
    const BlockSource::Next next = blocks.next(block);
    if (next != BlockSource::Next::kWaiting) return next;
  }
}

void expect_blocks(BlockSource& blocks, int64_t begin, int64_t end) {
  PreparedBlock block;
  for (int64_t i = begin; i < end; ++i) {
    ASSERT_EQ(next_of(blocks, block), BlockSource::Next::kBlock) << i;
    EXPECT_EQ(block.index, i);
    EXPECT_EQ(block.tokens,
              std::vector<std::byte>(1000 + static_cast<size_t>(i % 7) * 1000, static_cast<std::byte>(i)));
  }
}

TEST(SpooledBlocks, ComeInOrderFromMemoryAndFromTheFile) {
  const test::ScratchFolder folder;
  for (const int64_t max_in_memory : {0, 30000, 1 << 30}) {
    std::atomic<int64_t> num_given = 0;
    const auto blocks = open_spooled_blocks(std::make_unique<NumberedBlocks>(200, false, num_given),
                                            {.folder = folder.path(), .max_in_memory = max_in_memory});
    expect_blocks(*blocks, 0, 50);
    while (num_given < 200) std::this_thread::yield();
    expect_blocks(*blocks, 50, 200);
    PreparedBlock block;
    EXPECT_EQ(next_of(*blocks, block), BlockSource::Next::kEnd);
    EXPECT_EQ(next_of(*blocks, block), BlockSource::Next::kEnd);
    EXPECT_TRUE(folder.names().empty());
  }
}

TEST(SpooledBlocks, FailWhereTheirSourceDoes) {
  const test::ScratchFolder folder;
  std::atomic<int64_t> num_given = 0;
  const auto blocks = open_spooled_blocks(std::make_unique<NumberedBlocks>(50, true, num_given),
                                          {.folder = folder.path(), .max_in_memory = 5000});
  expect_blocks(*blocks, 0, 50);
  PreparedBlock block;
  EXPECT_EQ(test::message_of<std::runtime_error>([&] { next_of(*blocks, block); }), "cannot read on");
}

TEST(SpooledBlocks, SayWhereTheyCannotWait) {
  const test::ScratchFolder folder;
  std::atomic<int64_t> num_given = 0;
  const auto blocks = open_spooled_blocks(std::make_unique<NumberedBlocks>(50, false, num_given),
                                          {.folder = folder / "gone", .max_in_memory = 0});
  PreparedBlock block;
  const std::string message = test::message_of<std::exception>([&] { next_of(*blocks, block); });
  EXPECT_NE(message.find("gone: cannot keep prepared text that waits for its turn in this folder: No such file"),
            std::string::npos)
      << message;
}

TEST(SpooledBlocks, AreNotPreparedFarAheadWhereFewTokensAreWanted) {
  const test::ScratchFolder folder;
  std::atomic<int64_t> num_given = 0;
  const auto blocks = open_spooled_blocks(std::make_unique<NumberedBlocks>(1 << 30, false, num_given),
                                          {.folder = folder.path(), .max_tokens = 2500});
  expect_blocks(*blocks, 0, 20);
  while (num_given < 25) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(num_given, 25) << "2,500 tokens wait: five blocks of 500";
  expect_blocks(*blocks, 20, 100);
}

TEST(SpooledBlocks, EndWithoutBeingAskedForAll) {
  const test::ScratchFolder folder;
  std::atomic<int64_t> num_given = 0;
  const auto blocks =
      open_spooled_blocks(std::make_unique<NumberedBlocks>(1 << 30, false, num_given), {.folder = folder.path()});
  expect_blocks(*blocks, 0, 10);
  EXPECT_TRUE(blocks->stop());
}

}  // namespace
}  // namespace slm::data
