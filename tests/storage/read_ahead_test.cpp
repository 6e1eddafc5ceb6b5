#include "slm/storage/read_ahead.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "slm/storage/atomic_file.h"
#include "slm/storage/mapped_file.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

constexpr size_t kFileBytes = size_t{16} << 20;
constexpr std::chrono::seconds kPatience{20};

// Pages of `bytes`, which begin one, that are in memory; mincore reads none of them.
size_t num_resident_pages(std::span<const std::byte> bytes) {
  std::vector<unsigned char> pages((bytes.size() + 4095) / 4096);
  EXPECT_EQ(::mincore(const_cast<std::byte*>(bytes.data()), bytes.size(), pages.data()), 0);
  size_t count = 0;
  for (const unsigned char page : pages) count += page & 1;
  return count;
}

TEST(ReadAhead, BringsWhatIsAskedForIntoMemory) {
  if (sysconf(_SC_PAGESIZE) != 4096) GTEST_SKIP() << "pages of another size";
  const test::ScratchFolder folder;
  write_file(folder / "file", std::string(kFileBytes, 'x'));
  const int file = ::open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC);
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  ::close(file);
  const MappedFile mapped(folder / "file");
  const std::span<const std::byte> middle = mapped.bytes().subspan(kFileBytes / 2, 64 * 4096);
  if (num_resident_pages(middle) > 0) GTEST_SKIP() << "a file system that keeps files in memory";

  // Neither end is that of a page.
  read_ahead(middle.subspan(100, 32 * 4096));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (num_resident_pages(middle.first(33 * 4096)) < 33 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(num_resident_pages(middle.first(33 * 4096)), 33u);
  EXPECT_LT(num_resident_pages(mapped.bytes()), kFileBytes / 4096);
}

TEST(ReadAhead, OfNothingOrOfOtherMemoryDoesNoHarm) {
  read_ahead({});
  const std::vector<std::byte> memory(10000, std::byte{7});
  read_ahead(std::span(memory).subspan(1, 9000));
  EXPECT_EQ(memory, std::vector<std::byte>(10000, std::byte{7}));
}

}  // namespace
}  // namespace slm::storage
