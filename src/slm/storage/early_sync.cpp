#include "slm/storage/early_sync.h"

#include <fcntl.h>

namespace slm::storage {

void EarlySync::grown_to(int64_t size_bytes, int file) {
  constexpr int64_t kBeginBytes = int64_t{8} << 20;
  if (size_bytes - num_begun_ < kBeginBytes) return;
#ifdef SYNC_FILE_RANGE_WRITE
  static_cast<void>(::sync_file_range(file, num_begun_, size_bytes - num_begun_, SYNC_FILE_RANGE_WRITE));
#else
  static_cast<void>(file);
#endif
  num_begun_ = size_bytes;
}

}  // namespace slm::storage
