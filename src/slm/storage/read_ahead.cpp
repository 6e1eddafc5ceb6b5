#include "slm/storage/read_ahead.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace slm::storage {

void read_ahead(std::span<const std::byte> mapped) {
  if (mapped.empty()) return;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(mapped.data()), first_page = begin / page * page;
  madvise(reinterpret_cast<void*>(first_page), begin - first_page + mapped.size(), MADV_WILLNEED);
}

}  // namespace slm::storage
