#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <numeric>
#include <thread>

#include "data/write_shard.h"
#include "slm/data/loader.h"
#include "slm/storage/mapped_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

constexpr int64_t kSeqLen = 2048;  // two pages of uint32
constexpr int64_t kBatch = 4;
constexpr int64_t kNumSteps = 512;
constexpr int64_t kStepsAhead = 16;
constexpr size_t kPage = 4096;
constexpr std::chrono::seconds kPatience{20};

// A cold file whose token i is i, and which of its pages are in memory; asking reads none of them.
class ColdShard {
 public:
  ColdShard() {
    std::vector<int32_t> ids(static_cast<size_t>(kNumSteps * kBatch * kSeqLen + 1));
    std::iota(ids.begin(), ids.end(), 0);
    test::write_shard(path(), ids, /*is_wide=*/true);
    const int file = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
    mapped_ = std::make_unique<storage::MappedFile>(path());
  }

  std::string path() const { return folder_ / "shard.bin"; }

  // Of the window that begins with token `start`.
  bool is_in_memory(int64_t start) const {
    const size_t begin = (1024 + static_cast<size_t>(start) * 4) / kPage * kPage;
    const size_t size = std::min(static_cast<size_t>(kSeqLen) * 4, mapped_->bytes().size() - begin);
    std::vector<unsigned char> pages((size + kPage - 1) / kPage);
    EXPECT_EQ(::mincore(const_cast<std::byte*>(mapped_->bytes().data()) + begin, size, pages.data()), 0);
    return std::all_of(pages.begin(), pages.end(), [](unsigned char page) { return (page & 1) != 0; });
  }

 private:
  test::ScratchFolder folder_;
  std::unique_ptr<storage::MappedFile> mapped_;
};

std::vector<int64_t> starts_of(const Batch& batch) {
  std::vector<int64_t> starts;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    starts.push_back(batch.tokens[static_cast<size_t>(row * batch.seq_len)]);
  }
  return starts;
}

TEST(LoaderReadAhead, AsksTheDiskForTheWindowsOfTheNextSteps) {
  if (static_cast<size_t>(sysconf(_SC_PAGESIZE)) != kPage) GTEST_SKIP() << "pages of another size";
  const ColdShard shard;
  const LoaderOptions options = {.seq_len = kSeqLen, .batch_size = kBatch, .vocab_size = INT32_MAX, .seed = 42};
  // The order, from ids that are in memory.
  std::vector<int32_t> ids(static_cast<size_t>(kNumSteps * kBatch * kSeqLen + 1));
  std::iota(ids.begin(), ids.end(), 0);
  Loader in_memory(SourceMix(TokenSource(std::move(ids), "numbers")), options);
  std::vector<std::vector<int64_t>> order;
  for (int64_t step = 0; step < kNumSteps; ++step) order.push_back(starts_of(in_memory.next()));

  const auto num_in_memory = [&](int64_t first_step, int64_t end_step) {
    int64_t count = 0;
    for (int64_t step = first_step; step < end_step; ++step) {
      for (const int64_t start : order[static_cast<size_t>(step)]) count += shard.is_in_memory(start) ? 1 : 0;
    }
    return count;
  };
  const auto wait_for = [&](int64_t first_step, int64_t end_step) {
    const int64_t wanted = kBatch * (end_step - first_step);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (num_in_memory(first_step, end_step) < wanted && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(num_in_memory(first_step, end_step), wanted) << first_step;
  };
  Loader loader(SourceMix(open_token_shard(shard.path())), options);
  if (num_in_memory(0, kNumSteps) > kBatch * kNumSteps / 4) GTEST_SKIP() << "a file system that keeps files in memory";
  for (int64_t step = 0; step < 3; ++step) {
    EXPECT_EQ(starts_of(loader.next()), order[static_cast<size_t>(step)]);
    // A thread gathers the next step, and asks for those behind the ones that were asked for before.
    wait_for(step + 1, step + 1 + kStepsAhead);
  }
  // Each access may bring what lies around it, but not all of the file.
  EXPECT_LT(num_in_memory(40, kNumSteps), kBatch * (kNumSteps - 40) * 9 / 10);
}

}  // namespace
}  // namespace slm::data
