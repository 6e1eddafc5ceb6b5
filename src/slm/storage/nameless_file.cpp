#include "slm/storage/nameless_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"
#include "slm/storage/temporary_name.h"

namespace slm::storage {

NamelessFile::NamelessFile(const std::string& folder, std::string purpose)
    : folder_(local_path(folder)), purpose_(std::move(purpose)) {
  descriptor_ = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor_ >= 0) return;
  // Not every file system has files without names.
  const std::string path = temporary_name(join(folder_, "nameless"));
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail();
  ::unlink(path.c_str());
}

NamelessFile::~NamelessFile() { ::close(descriptor_); }

void NamelessFile::resize(int64_t size_bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size_bytes)) != 0) fail();
}

void NamelessFile::write(std::span<const std::byte> bytes, int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail();
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += count;
  }
}

void NamelessFile::read(std::span<std::byte> into, int64_t offset) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) fail();
    into = into.subspan(static_cast<size_t>(count));
    offset += count;
  }
}

// Without the room, using the memory would end the process once the disk is full.
std::span<std::byte> NamelessFile::map(int64_t size_bytes) {
  const auto size = static_cast<size_t>(size_bytes);
  errno = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size_bytes));
  if (errno != 0) fail();
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) fail();
  ::madvise(memory, size, MADV_RANDOM);  // else neighbours come along, by the megabyte
  return {static_cast<std::byte*>(memory), size};
}

void NamelessFile::forget(int64_t offset, int64_t size_bytes) {
#ifdef FALLOC_FL_PUNCH_HOLE
  static_cast<void>(::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                                static_cast<off_t>(size_bytes)));
#endif
}

void NamelessFile::fail() const {
  throw_io_error(folder_, fmt::format("cannot keep {} in this folder", purpose_), errno);
}

}  // namespace slm::storage
