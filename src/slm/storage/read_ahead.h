#pragma once

#include <cstddef>
#include <span>

namespace slm::storage {

// Asks the system to read these bytes of a mapped file from the disk, and returns at once: several such requests are
// served together, while one access after the other would wait for each. No promise, and no error.
void read_ahead(std::span<const std::byte> mapped);

}  // namespace slm::storage
