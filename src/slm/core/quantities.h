#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slm {

// Numbers as a person reads them.
std::string with_thousands(int64_t number);                 // "1,612"
std::string format_bytes(int64_t bytes);                    // "812 B", "276 MB", "1.1 GB": powers of 1000
std::string format_count(int64_t count);                    // "812", "13.4k", "30.6M", "1.2B"
std::string counted(int64_t count, std::string_view noun);  // "1 layer", "1,612 layers"

}  // namespace slm
