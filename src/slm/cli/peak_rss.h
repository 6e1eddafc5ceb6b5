#pragma once

#include <cstdint>

namespace slm::cli {

// The most memory that this process had at once since it began or since reset_peak_rss(), as the system counts it.
int64_t peak_rss_bytes();

// Where the system does not allow it, the peak stays that of the whole process.
void reset_peak_rss();

}  // namespace slm::cli
