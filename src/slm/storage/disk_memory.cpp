#include "slm/storage/disk_memory.h"

#include <sys/mman.h>

#include <chrono>

namespace slm::storage {
namespace {

constexpr std::chrono::milliseconds kPeriod{5};

}  // namespace

DiskMemory::DiskMemory(const std::string& folder, const std::string& purpose, int64_t size_bytes)
    : file_(folder, purpose), bytes_(file_.map(size_bytes)), thread_([this] { keep_letting_go(); }) {}

DiskMemory::~DiskMemory() {
  {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
  ::munmap(bytes_.data(), bytes_.size());
}

// The pages of a shared mapping keep their content, in the file.
void DiskMemory::let_go() const { ::madvise(bytes_.data(), bytes_.size(), MADV_DONTNEED); }

void DiskMemory::keep_letting_go() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kPeriod, [&] { return is_ended_; })) let_go();
}

}  // namespace slm::storage
