#pragma once

#include <cstdint>
#include <string>

namespace slm::storage {

// The whole content of a file, a pipe or a device, up to `max_bytes`. Throws IoError, and FormatError where there is
// more.
std::string read_file(const std::string& uri, int64_t max_bytes = INT64_MAX);

// At most the first `count` bytes.
std::string read_beginning(const std::string& uri, int64_t count);

}  // namespace slm::storage
