#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "slm/data/loader.h"
#include "slm/data/token_shard.h"
#include "slm/data/window_order.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/mapped_file.h"
#include "slm/storage/read_ahead.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

constexpr int64_t kSeqLen = 2048;  // two pages of uint32
constexpr int64_t kBatch = 4;
constexpr int64_t kNumTokens = int64_t{1} << 30;
constexpr int64_t kStepsAhead = 16;
constexpr size_t kPage = 4096;
constexpr std::chrono::seconds kPatience{20};

// A file of 4 GB without any blocks on the disk, and which of its pages are in memory; asking reads none of them. It is
// that large because each access brings some MB that lie around it.
class SparseShard {
 public:
  SparseShard() {
    storage::write_file(path(), shard_header(TokenType::kUInt32, kNumTokens));
    std::filesystem::resize_file(path(), 1024 + 4 * static_cast<uintmax_t>(kNumTokens));
    mapped_ = std::make_unique<storage::MappedFile>(path());
  }

  std::string path() const { return folder_ / "shard.bin"; }

  bool is_in_memory(int64_t start) const {
    const std::span<const std::byte> pages = pages_of(start);
    std::vector<unsigned char> are_there((pages.size() + kPage - 1) / kPage);
    EXPECT_EQ(::mincore(const_cast<std::byte*>(pages.data()), pages.size(), are_there.data()), 0);
    return std::all_of(are_there.begin(), are_there.end(), [](unsigned char page) { return (page & 1) != 0; });
  }

  // Whether what is asked for comes into memory at all.
  bool can_read_ahead() const {
    const int64_t start = kNumTokens / 3;
    storage::read_ahead(pages_of(start));
    return wait_for([&] { return is_in_memory(start); }, std::chrono::seconds(2));
  }

  template <class Condition>
  static bool wait_for(const Condition& condition, std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

 private:
  // Of the window that begins with token `start`.
  std::span<const std::byte> pages_of(int64_t start) const {
    const size_t begin = (1024 + 4 * static_cast<size_t>(start)) / kPage * kPage;
    return mapped_->bytes().subspan(begin, std::min(4 * static_cast<size_t>(kSeqLen), mapped_->bytes().size() - begin));
  }

  test::ScratchFolder folder_;
  std::unique_ptr<storage::MappedFile> mapped_;
};

TEST(LoaderReadAhead, AsksTheDiskForTheWindowsOfTheNextSteps) {
  if (static_cast<size_t>(sysconf(_SC_PAGESIZE)) != kPage) GTEST_SKIP() << "pages of another size";
  const SparseShard shard;
  if (!shard.can_read_ahead()) GTEST_SKIP() << "a file system that does not read ahead";
  const LoaderOptions options = {.seq_len = kSeqLen, .batch_size = kBatch, .vocab_size = 10, .seed = 42};
  const SourceMix mix(open_token_shard(shard.path()));
  const WindowOrder order(mix, kSeqLen, options.sampling, options.seed);
  const auto num_in_memory = [&](int64_t first_step, int64_t end_step) {
    int64_t count = 0;
    for (int64_t i = first_step * kBatch; i < end_step * kBatch; ++i) count += shard.is_in_memory(order.at(0, i).start);
    return count;
  };
  Loader loader(mix, options);
  EXPECT_LT(num_in_memory(0, kStepsAhead), kBatch * kStepsAhead / 2);
  for (int64_t step = 0; step < 3; ++step) {
    loader.next();
    // A thread gathers the next step, and asks for the windows behind those that were asked for before.
    const int64_t end = step + 1 + kStepsAhead;
    EXPECT_TRUE(SparseShard::wait_for([&] { return num_in_memory(0, end) == kBatch * end; }, kPatience)) << step;
  }
  EXPECT_LT(num_in_memory(100, 200), 100 * kBatch / 2);
}

}  // namespace
}  // namespace slm::data
