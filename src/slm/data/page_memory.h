#pragma once

#include <arrow/memory_pool.h>
#include <arrow/status.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "slm/storage/disk_memory.h"

namespace slm::data {

// Where Arrow puts the pages of Parquet files, each of them, as it was stored and unpacked, in one piece. Writers make
// pages of 1 MB, but of no fewer than a thousand rows: those of books have hundreds of MB. What is large is kept on
// disk. Of one thread.
class PageMemory : public arrow::MemoryPool {
 public:
  // On the disk of storage::spool_folder(folder). `max_large` says how much a large piece may be, so that a small file
  // cannot claim to unpack to anything.
  PageMemory(std::string folder, std::function<int64_t()> max_large)
      : folder_(std::move(folder)), max_large_(std::move(max_large)) {}

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override;
  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** pointer) override;
  void Free(uint8_t* buffer, int64_t size, int64_t alignment) override;
  int64_t bytes_allocated() const override { return pool_->bytes_allocated(); }
  int64_t total_bytes_allocated() const override { return pool_->total_bytes_allocated(); }
  int64_t num_allocations() const override { return pool_->num_allocations(); }
  std::string backend_name() const override { return pool_->backend_name(); }

  // storage::DiskMemory::let_go() of all that is on disk.
  void let_go() const;

  // The size that was refused last; 0 for none.
  int64_t refused_bytes() const { return refused_bytes_; }
  // Why the disk could not take a piece.
  const std::optional<std::string>& disk_problem() const { return disk_problem_; }

 private:
  std::string folder_;
  std::function<int64_t()> max_large_;
  arrow::MemoryPool* pool_ = arrow::default_memory_pool();
  std::map<const uint8_t*, std::unique_ptr<storage::DiskMemory>> on_disk_;
  int64_t refused_bytes_ = 0;
  std::optional<std::string> disk_problem_;
};

}  // namespace slm::data
