#include "slm/data/page_memory.h"

#include <algorithm>
#include <cstring>

#include "slm/core/error.h"
#include "slm/storage/spooled_source.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxInMemory = int64_t{64} << 20;

}  // namespace

arrow::Status PageMemory::Allocate(int64_t size, int64_t alignment, uint8_t** out) {
  if (size <= kMaxInMemory) return pool_->Allocate(size, alignment, out);
  if (size > max_large_()) {
    refused_bytes_ = size;
    return arrow::Status::CapacityError("too large");
  }
  try {
    auto memory =
        std::make_unique<storage::DiskMemory>(storage::spool_folder(folder_), "a large page of a Parquet file", size);
    *out = reinterpret_cast<uint8_t*>(memory->bytes().data());
    on_disk_.emplace(*out, std::move(memory));
    return arrow::Status::OK();
  } catch (const Error& error) {
    disk_problem_ = error.what();
    return arrow::Status::IOError(error.what());
  }
}

arrow::Status PageMemory::Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** pointer) {
  const bool is_on_disk = on_disk_.contains(*pointer);
  if (is_on_disk && new_size <= old_size && new_size > kMaxInMemory) return arrow::Status::OK();
  if (!is_on_disk && new_size <= kMaxInMemory) return pool_->Reallocate(old_size, new_size, alignment, pointer);
  uint8_t* moved = nullptr;
  ARROW_RETURN_NOT_OK(Allocate(new_size, alignment, &moved));
  std::memcpy(moved, *pointer, static_cast<size_t>(std::min(old_size, new_size)));
  Free(*pointer, old_size, alignment);
  *pointer = moved;
  return arrow::Status::OK();
}

void PageMemory::Free(uint8_t* buffer, int64_t size, int64_t alignment) {
  if (on_disk_.erase(buffer) == 0) pool_->Free(buffer, size, alignment);
}

void PageMemory::let_go() const {
  for (const auto& [begin, memory] : on_disk_) memory->let_go();
}

}  // namespace slm::data
