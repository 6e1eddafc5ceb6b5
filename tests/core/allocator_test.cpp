#include "slm/core/allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <thread>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/philox.h"

namespace slm {
namespace {

// The sanitizers end a program that asks for too much.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSystemRefuses = false;
#else
constexpr bool kSystemRefuses = true;
#endif

struct Block {
  unsigned char* bytes;
  int64_t size;
  unsigned char mark;
};

// Many blocks of many sizes live at once and each keeps what was written into it: none overlaps another.
void use_randomly(CachingAllocator& allocator, uint32_t stream) {
  const RandomStream random{.seed = 5, .stream = stream, .step = 0};
  std::vector<Block> living;
  uint64_t draw = 0;
  for (int round = 0; round < 2000; ++round) {
    if (living.size() < 40 && random.word(draw++) % 2 == 0) {
      const int64_t size = 1 + random.word(draw++) % (round % 10 == 0 ? 200000 : 700);
      const Block block = {static_cast<unsigned char*>(allocator.allocate(size)), size,
                           static_cast<unsigned char>(random.word(draw++))};
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block.bytes) % 64, 0U);
      std::memset(block.bytes, block.mark, static_cast<size_t>(size));
      living.push_back(block);
    } else if (!living.empty()) {
      std::swap(living[random.word(draw++) % living.size()], living.back());
      const Block block = living.back();
      living.pop_back();
      ASSERT_EQ(std::count(block.bytes, block.bytes + block.size, block.mark), block.size);
      allocator.deallocate(block.bytes, block.size);
    }
  }
  for (const Block& block : living) allocator.deallocate(block.bytes, block.size);
}

TEST(CachingAllocator, GivesAlignedBlocksThatDoNotOverlap) {
  CachingAllocator allocator;
  use_randomly(allocator, 1);
  EXPECT_EQ(allocator.stats().bytes_in_use, 0);
}

TEST(CachingAllocator, ServesSeveralThreads) {
  CachingAllocator allocator;
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 4; ++i) threads.emplace_back([&allocator, i] { use_randomly(allocator, i); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allocator.stats().bytes_in_use, 0);
}

TEST(CachingAllocator, AsksTheSystemForASizeOnce) {
  CachingAllocator allocator;
  for (int step = 0; step < 3; ++step) {
    void* const a = allocator.allocate(1000);
    void* const b = allocator.allocate(1010);  // of the same 1,024
    void* const c = allocator.allocate(70000);
    allocator.deallocate(b, 1010);
    allocator.deallocate(a, 1000);
    allocator.deallocate(c, 70000);
    EXPECT_EQ(allocator.stats().system_allocations, 3);
  }
}

// Sizes are rounded up to a multiple of 64 bytes, of 4,096 from 64 KiB on.
TEST(CachingAllocator, CountsWhatIsInUseItsPeakAndWhatItKeeps) {
  CachingAllocator allocator;
  EXPECT_EQ(allocator.allocate(0), nullptr);
  void* const small = allocator.allocate(1);
  void* const large = allocator.allocate(70000);
  EXPECT_EQ(allocator.stats().bytes_in_use, 64 + 73728);
  allocator.deallocate(large, 70000);
  EXPECT_EQ(allocator.stats().bytes_in_use, 64);
  EXPECT_EQ(allocator.stats().peak_bytes_in_use, 64 + 73728);
  EXPECT_EQ(allocator.stats().bytes_reserved, 64 + 73728);
  allocator.reset_peak();
  EXPECT_EQ(allocator.stats().peak_bytes_in_use, 64);
  allocator.release_cached();
  EXPECT_EQ(allocator.stats().bytes_reserved, 64);
  allocator.deallocate(nullptr, 0);
  allocator.deallocate(small, 1);
}

TEST(CachingAllocator, SaysWhatToDoWhenTheSystemHasNoMemoryLeft) {
  if (!kSystemRefuses) GTEST_SKIP() << "the sanitizer ends the program instead";
  CachingAllocator allocator;
  try {
    allocator.allocate(int64_t{1} << 60);
    FAIL() << "an exbibyte";
  } catch (const MemoryError& error) {
    EXPECT_STREQ(error.what(),
                 "out of memory: 1152921504606846976 bytes asked for, 0 already in use; use a smaller batch or model");
  }
  EXPECT_EQ(allocator.stats().bytes_in_use, 0);
  EXPECT_EQ(allocator.stats().bytes_reserved, 0);
}

}  // namespace
}  // namespace slm
