#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace slm {

struct AllocatorStats {
  int64_t bytes_in_use = 0;        // handed out and not yet returned
  int64_t peak_bytes_in_use = 0;   // since the start or reset_peak()
  int64_t bytes_reserved = 0;      // in use plus kept for reuse
  int64_t system_allocations = 0;  // how often the system was asked for memory
};

// Keeps the blocks it is given back, by size, and hands them out again: a training step asks for the same sizes as the
// one before it, so from step 3 on the system is never asked. Blocks are aligned to 64 bytes, and rounded up to a
// multiple of 64 (4096 from 64 KiB on). Safe to call from several threads.
class CachingAllocator {
 public:
  CachingAllocator() = default;
  ~CachingAllocator();
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  // Uninitialised memory; nullptr for 0 bytes. Throws MemoryError when the system has none left.
  void* allocate(int64_t size_bytes);
  // `size_bytes` is what allocate() was called with.
  void deallocate(void* block, int64_t size_bytes) noexcept;

  // Gives the blocks kept for reuse back to the system.
  void release_cached();

  AllocatorStats stats() const;
  void reset_peak();

 private:
  mutable std::mutex mutex_;
  std::map<int64_t, std::vector<void*>> free_blocks_;  // by rounded size; guarded by mutex_
  AllocatorStats stats_;                               // guarded by mutex_
};

// The allocator that host tensors come from.
CachingAllocator& host_allocator();

}  // namespace slm
