#include "slm/core/allocator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "slm/core/error.h"

namespace slm {
namespace {

constexpr int64_t kAlignment = 64, kPage = 4096, kPageThreshold = 64 * 1024;

int64_t rounded(int64_t size_bytes) {
  const int64_t unit = size_bytes < kPageThreshold ? kAlignment : kPage;
  return (size_bytes + unit - 1) / unit * unit;
}

}  // namespace

CachingAllocator::~CachingAllocator() { release_cached(); }

void* CachingAllocator::allocate(int64_t size_bytes) {
  assert(size_bytes >= 0);
  if (size_bytes == 0) return nullptr;
  const int64_t size = rounded(size_bytes);
  const std::lock_guard lock(mutex_);
  void* block = nullptr;
  if (const auto cached = free_blocks_.find(size); cached != free_blocks_.end() && !cached->second.empty()) {
    block = cached->second.back();
    cached->second.pop_back();
  } else {
    block = std::aligned_alloc(kAlignment, static_cast<size_t>(size));
    if (block == nullptr) {
      throw MemoryError(
          fmt::format("out of memory: {} bytes asked for, {} already in use; use a smaller batch or model", size_bytes,
                      stats_.bytes_in_use));
    }
    ++stats_.system_allocations;
    stats_.bytes_reserved += size;
  }
  stats_.bytes_in_use += size;
  stats_.peak_bytes_in_use = std::max(stats_.peak_bytes_in_use, stats_.bytes_in_use);
  return block;
}

void CachingAllocator::deallocate(void* block, int64_t size_bytes) noexcept {
  if (block == nullptr) return;
  const int64_t size = rounded(size_bytes);
  const std::lock_guard lock(mutex_);
  free_blocks_[size].push_back(block);
  stats_.bytes_in_use -= size;
}

void CachingAllocator::release_cached() {
  const std::lock_guard lock(mutex_);
  for (auto& [size, blocks] : free_blocks_) {
    for (void* block : blocks) std::free(block);
    stats_.bytes_reserved -= size * static_cast<int64_t>(blocks.size());
  }
  free_blocks_.clear();
}

AllocatorStats CachingAllocator::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void CachingAllocator::reset_peak() {
  const std::lock_guard lock(mutex_);
  stats_.peak_bytes_in_use = stats_.bytes_in_use;
}

CachingAllocator& host_allocator() {
  // Never destroyed: tensors with static storage may outlive any order of destruction.
  static CachingAllocator* const allocator = new CachingAllocator;
  return *allocator;
}

}  // namespace slm
